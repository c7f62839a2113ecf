/**
 * Reads the objects of a repository: packs first, then loose files. Never writes, never locks, and
 * sees packs that other processes add.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { inflateSync } from "node:zlib";
import { Failure, systemCode } from "../errors.ts";
import type { ClosedPrefix } from "./closed-prefix.ts";
import {
  type Commit,
  type GitObject,
  type ObjectType,
  type Oid,
  parseCommit,
  parseTree,
  type TreeEntry,
} from "./object.ts";
import { INDEX_DAMAGED, openPackFile, type PackFile, type StoredEntry } from "./pack-file.ts";
import { loosePath, packDirectory } from "./paths.ts";
import { readShallow } from "./shallow.ts";

export interface ObjectReader {
  has(oid: Oid): boolean;
  /** @throws {MissingObjectError} */
  read(oid: Oid): GitObject;
  /**
   * A commit; one whose parents were never fetched has none, as in Git.
   *
   * @throws {MissingObjectError} when it is not there or no commit
   */
  commit(oid: Oid): Commit;
  /** @throws {MissingObjectError} when it is not there or no tree */
  tree(oid: Oid): TreeEntry[];
  /** The object as a pack holds it, or undefined when it lies loose. */
  stored(oid: Oid): StoredEntry | undefined;
}

export interface ObjectDatabase extends ObjectReader {
  /**
   * Those of many that are here. Asking for each would look at the directories anew for every one that is not,
   * and strangers may ask for as many as they like.
   */
  present(oids: Iterable<Oid>): Set<Oid>;
  /** Those of all packs that are there now. */
  closedPrefixes(): readonly ClosedPrefix[];
  /** All that the packs hold that are there now; what lies in several comes several times. */
  packed(): Iterable<Oid>;
  close(): void;
}

/** An object that the repository should have and has not: a file of it was lost, or cut short. */
export class MissingObjectError extends Failure {
  override readonly name = "MissingObjectError";
  readonly oid: Oid;

  constructor(oid: Oid, what: string = "object") {
    const hint = INDEX_DAMAGED;
    super("integrity", `the index is damaged: ${what} ${oid} is missing`, hint);
    this.oid = oid;
  }
}

/** An object's data. @throws {MissingObjectError} when it is not there or of another type */
export function typed({ read }: Pick<ObjectReader, "read">, oid: Oid, type: ObjectType): Buffer {
  const object = read(oid);
  if (object.type !== type) throw new MissingObjectError(oid, type);
  return object.data;
}

/** Commits are small, asked for in every walk, and never change. */
const COMMIT_CACHE = 100_000;

/** Opens a repository for reading. Packs are opened on the first look-up. */
export function openObjectDatabase(gitdir: string): ObjectDatabase {
  const directory = packDirectory(gitdir);
  let packs = new Map<string, PackFile>();
  let listedAt: number | undefined;
  const commits = new Map<Oid, Commit>();
  let shallow: ReadonlySet<Oid> = new Set();

  /** Opens packs that have come since the last look; true when the list may have changed. */
  const refresh = (): boolean => {
    const changedAt = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
    if (changedAt === undefined || changedAt === listedAt) return false;
    // A change within the clock's grain of the listing would go unseen: such a listing is not final.
    const settled = Date.now() - changedAt > 2_000;
    const names = readdirSync(directory).filter((name) => name.endsWith(".idx"));
    const found = new Map<string, PackFile>();
    let gone = false;
    try {
      for (const name of names) {
        const open = packs.get(name);
        const path = join(directory, name.replace(/\.idx$/, ".pack"));
        const pack = open ?? openUnlessGone(path, (oid) => read(oid));
        if (pack) found.set(name, pack);
        else gone = true;
      }
    } catch (error) {
      // One is damaged: the others are opened anew at the next look.
      for (const [name, pack] of found) if (!packs.has(name)) pack.close();
      throw error;
    }
    for (const [name, pack] of packs) if (!found.has(name)) pack.close();
    packs = found;
    shallow = readShallow(gitdir);
    listedAt = settled && !gone ? changedAt : undefined;
    return true;
  };

  const inPacks = <T>(look: (pack: PackFile) => T | undefined): T | undefined => {
    for (const pack of packs.values()) {
      const found = look(pack);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  /** Looks again where packs may have come; twice, as they may be made one while they are listed. */
  const afterRefresh = <T>(look: (pack: PackFile) => T | undefined): T | undefined =>
    (refresh() ? inPacks(look) : undefined) ?? (refresh() ? inPacks(look) : undefined);

  const read = (oid: Oid): GitObject => {
    const object =
      inPacks((pack) => pack.read(oid)) ??
      readLoose(gitdir, oid) ??
      afterRefresh((pack) => pack.read(oid));
    if (!object) throw new MissingObjectError(oid);
    return object;
  };

  const lookFor =
    (oid: Oid) =>
    (pack: PackFile): true | undefined =>
      pack.index.offsetOf(oid) === undefined ? undefined : true;

  const present = (oids: Iterable<Oid>): Set<Oid> => {
    const found = new Set<Oid>();
    let missing = new Set<Oid>();
    const look = (wanted: Iterable<Oid>, isHere: (oid: Oid) => boolean | undefined) => {
      missing = new Set();
      for (const oid of wanted) (isHere(oid) ? found : missing).add(oid);
    };
    const inPack = (oid: Oid) => inPacks(lookFor(oid));
    look(oids, inPack);
    const folders = new Map<string, boolean>();
    look(missing, (oid) => {
      const path = loosePath(gitdir, oid);
      const folder = dirname(path);
      const isThere = folders.get(folder) ?? existsSync(folder);
      folders.set(folder, isThere);
      return isThere && existsSync(path);
    });
    // Twice, as in `afterRefresh`.
    for (let time = 0; time < 2 && missing.size > 0 && refresh(); time++) look(missing, inPack);
    return found;
  };

  return {
    read,
    present,
    has: (oid) =>
      inPacks(lookFor(oid)) ??
      (statSync(loosePath(gitdir, oid), { throwIfNoEntry: false }) !== undefined ||
        (afterRefresh(lookFor(oid)) ?? false)),
    commit(oid) {
      const cached = commits.get(oid);
      if (cached) return cached;
      const parsed = parseCommit(typed({ read }, oid, "commit"));
      const commit = shallow.has(oid) ? { ...parsed, parents: [] } : parsed;
      if (commits.size >= COMMIT_CACHE) commits.clear();
      commits.set(oid, commit);
      return commit;
    },
    tree: (oid) => parseTree(typed({ read }, oid, "tree")),
    stored: (oid) =>
      inPacks((pack) => pack.stored(oid)) ?? afterRefresh((pack) => pack.stored(oid)),
    closedPrefixes() {
      refresh();
      return [...packs.values()].flatMap(({ closed }) => closed ?? []);
    },
    *packed() {
      refresh();
      for (const pack of packs.values()) yield* pack.index.oids();
    },
    close() {
      for (const pack of packs.values()) pack.close();
      packs = new Map();
      listedAt = undefined;
    },
  };
}

/** A writer may have put its objects into another pack since the directory was read. */
function openUnlessGone(path: string, resolve: (oid: Oid) => GitObject): PackFile | undefined {
  try {
    return openPackFile(path, resolve);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readLoose(gitdir: string, oid: Oid): GitObject | undefined {
  let file: Buffer;
  try {
    file = readFileSync(loosePath(gitdir, oid));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const object = inflateSync(file);
  const nul = object.indexOf(0);
  const type = object.toString("latin1", 0, object.indexOf(0x20)) as ObjectType;
  return { type, data: object.subarray(nul + 1) };
}
