/**
 * A pack from elsewhere, on its way into a repository. It lies beside it, is proven there, object by
 * object, and only then is moved in.
 */
import { readFileSync } from "node:fs";
import { createBreath, stepped } from "../breath.ts";
import { messageOf } from "../errors.ts";
import { checkReachable } from "./check.ts";
import { indexPack } from "./index-pack.ts";
import { installPack } from "./install-pack.ts";
import { INDEX_LIMITS } from "./limit.ts";
import { type Commit, type Oid, parseCommit, parseTree } from "./object.ts";
import { MissingObjectError, type ObjectReader, typed } from "./object-database.ts";
import { openPackFile } from "./pack-file.ts";
import { encodePackIndex } from "./pack-index.ts";
import type { ScanLimits } from "./pack-scan.ts";
import { readShallow } from "./shallow.ts";
import { changedFiles } from "./tree-changes.ts";

export interface IncomingPack {
  /** What the repository will be able to read. */
  readonly objects: ObjectReader;
  /**
   * Walks all that some commits lead to.
   *
   * @returns what is wrong, or undefined
   */
  check(tips: ReadonlyMap<string, Oid>): string | undefined;
  /** Durable and readable when this resolves. */
  install(): Promise<void>;
  close(): void;
}

/** How long its history is, is its own business. */
const LIMITS: ScanLimits = { ...INDEX_LIMITS, work: Number.POSITIVE_INFINITY };

/**
 * Reads the pack through, so that every object in it has the name of what it is.
 *
 * @param path of the `.pack`, its `.idx` beside it
 * @param shallow commits in it whose parents were never fetched
 * @throws when it is no pack with its index; the signal's reason
 */
export async function openIncomingPack(
  gitdir: string,
  path: string,
  base: ObjectReader,
  shallow: readonly Oid[],
  signal?: AbortSignal,
): Promise<IncomingPack> {
  const { entries, trailer } = await stepped(indexPack(path, LIMITS), createBreath(signal));
  // What it says of itself is not believed: clients are sent what lies between two places that it names.
  if (!encodePackIndex(entries, trailer).equals(readFileSync(indexOf(path)))) {
    throw new RangeError("the pack and its index are not of each other");
  }
  const pack = openPackFile(path, (oid) => {
    throw new MissingObjectError(oid, "the base of a delta,");
  });
  const cut = new Set([...readShallow(gitdir), ...shallow]);
  const read = (oid: Oid) => pack.read(oid) ?? base.read(oid);
  const objects: ObjectReader = {
    has: (oid) => pack.index.offsetOf(oid) !== undefined || base.has(oid),
    read,
    commit(oid): Commit {
      const commit = parseCommit(typed({ read }, oid, "commit"));
      return cut.has(oid) ? { ...commit, parents: [] } : commit;
    },
    tree: (oid) => parseTree(typed({ read }, oid, "tree")),
    stored: (oid) => pack.stored(oid) ?? base.stored(oid),
  };

  return {
    objects,
    check(tips) {
      let problem: string | undefined;
      try {
        // A cut of history is for what was fetched that way, not for hiding what is missing.
        for (const oid of shallow) {
          if (pack.index.offsetOf(oid) === undefined) return `it cuts the history at ${oid}`;
        }
        const walk = checkReachable(objects, tips, ({ message }) => {
          problem ??= message;
        });
        for (const _ of walk) if (problem !== undefined) break;
        for (const tip of tips.values()) {
          // Who reads the index goes from file to file.
          for (const _ of changedFiles(objects, undefined, objects.commit(tip).tree));
        }
      } catch (error) {
        return messageOf(error);
      }
      return problem;
    },
    async install() {
      if (pack.index.count === 0) return;
      const files = { pack: path, index: indexOf(path) };
      await installPack(gitdir, files, trailer.toString("hex"), shallow);
    },
    close: () => pack.close(),
  };
}

const indexOf = (path: string): string => path.replace(/\.pack$/, ".idx");
