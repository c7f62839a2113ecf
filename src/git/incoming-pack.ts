/**
 * A pack from elsewhere, on its way into a repository. It lies beside it, is proven there, object by
 * object, and only then is moved in.
 */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { checkReachable, checkTrailer } from "./check.ts";
import { installPack } from "./install-pack.ts";
import { type Commit, type Oid, oidOf, parseCommit, parseTree } from "./object.ts";
import { MissingObjectError, type ObjectReader } from "./object-database.ts";
import { openPackFile } from "./pack-file.ts";
import { readShallow } from "./shallow.ts";

export interface IncomingPack {
  /** What the repository will be able to read. */
  readonly objects: ObjectReader;
  /**
   * Hashes every object, and walks all that some commits lead to.
   *
   * @returns what is wrong, or undefined
   */
  check(tips: ReadonlyMap<string, Oid>): string | undefined;
  /** Durable and readable when this resolves. */
  install(): Promise<void>;
  close(): void;
}

/** The biggest object that anybody needs: an index file grows by a line a version. */
const MOST_OBJECT = 256 * 1024 * 1024;

/**
 * @param path of the `.pack`, its `.idx` beside it
 * @param shallow commits in it whose parents were never fetched
 * @throws when it is no pack with its index
 */
export function openIncomingPack(
  gitdir: string,
  path: string,
  base: ObjectReader,
  shallow: readonly Oid[],
): IncomingPack {
  const name = checkFrame(path);
  const pack = openPackFile(path, (oid) => {
    throw new MissingObjectError(oid, "the base of a delta,");
  });
  const cut = new Set([...readShallow(gitdir), ...shallow]);
  const read = (oid: Oid) => pack.read(oid) ?? base.read(oid);
  const typed = (oid: Oid, type: "commit" | "tree") => {
    const object = read(oid);
    if (object.type !== type) throw new MissingObjectError(oid, type);
    return object.data;
  };
  const objects: ObjectReader = {
    has: (oid) => pack.index.offsetOf(oid) !== undefined || base.has(oid),
    read,
    commit(oid): Commit {
      const commit = parseCommit(typed(oid, "commit"));
      return cut.has(oid) ? { ...commit, parents: [] } : commit;
    },
    tree: (oid) => parseTree(typed(oid, "tree")),
    stored: (oid) => pack.stored(oid) ?? base.stored(oid),
  };

  return {
    objects,
    check(tips) {
      let problem: string | undefined;
      try {
        for (const oid of pack.index.oids()) {
          const stored = pack.stored(oid);
          if (stored && stored.size > MOST_OBJECT) return `object ${oid} is too big`;
          const { type, data } = pack.read(oid)!;
          if (oidOf(type, data) !== oid)
            return `object ${oid} has another content than its name says`;
        }
        // A cut of history is for what was fetched that way, not for hiding what is missing.
        for (const oid of shallow) {
          if (pack.index.offsetOf(oid) === undefined) return `it cuts the history at ${oid}`;
        }
        const walk = checkReachable(objects, tips, ({ message }) => {
          problem ??= message;
        });
        for (const _ of walk) if (problem !== undefined) break;
        for (const tip of tips.values()) problem ??= objects.commit(tip) ? undefined : tip;
      } catch (error) {
        return messageOf(error);
      }
      return problem;
    },
    async install() {
      if (pack.index.count === 0) return;
      const index = path.replace(/\.pack$/, ".idx");
      await installPack(gitdir, { pack: path, index }, name, shallow);
    },
    close: () => pack.close(),
  };
}

/** @returns the pack's name @throws {RangeError} when pack and index are not of each other */
function checkFrame(path: string): string {
  const size = checkTrailer(path);
  const head = Buffer.alloc(12);
  const trailer = Buffer.alloc(20);
  const fd = openSync(path, "r");
  try {
    readSync(fd, head, 0, 12, 0);
    readSync(fd, trailer, 0, 20, Math.max(0, size - 20));
  } finally {
    closeSync(fd);
  }
  const index = readFileSync(path.replace(/\.pack$/, ".idx"));
  const sum = new Bun.CryptoHasher("sha1").update(index.subarray(0, -20)).digest();
  if (
    head.toString("latin1", 0, 8) !== "PACK\0\0\0\x02" ||
    index.length < 1072 ||
    index.readUInt32BE(8 + 255 * 4) !== head.readUInt32BE(8) ||
    !index.subarray(-40, -20).equals(trailer) ||
    !index.subarray(-20).equals(sum)
  ) {
    throw new RangeError("the pack and its index are not of each other");
  }
  return trailer.toString("hex");
}
