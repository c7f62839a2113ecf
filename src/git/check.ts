/**
 * Proves a repository: every object that a ref leads to is there and hashes to its name, and every
 * pack is as it was written.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { entriesOf } from "../files/mod.ts";
import { reachable } from "./history.ts";
import { isSubmodule, isTree, type ObjectType, type Oid, oidOf, parseTree } from "./object.ts";
import { MissingObjectError, type ObjectReader } from "./object-database.ts";
import { checkPackIndex } from "./pack-index.ts";
import { packDirectory } from "./paths.ts";
import { readShallow } from "./shallow.ts";

export interface ObjectProblem {
  /** The object, or the file. */
  readonly subject: string;
  readonly message: string;
}

/**
 * Reads and hashes all that some commits lead to. A problem does not end the walk: it goes on
 * wherever it can.
 *
 * @param tips by a name for messages
 * @returns one number for each object read, so that the caller may take a breath
 */
export function* checkReachable(
  objects: ObjectReader,
  tips: ReadonlyMap<string, Oid>,
  onProblem: (problem: ObjectProblem) => void,
): Generator<number> {
  /** As what each is needed: git refuses to send one that is something else. */
  const seen = new Map<Oid, ObjectType>();
  const queue: { oid: Oid; from: string }[] = [];
  const want = (oid: Oid, type: ObjectType, from: string) => {
    const before = seen.get(oid);
    if (before === undefined) {
      seen.set(oid, type);
      queue.push({ oid, from });
    } else if (before !== type) {
      onProblem({ subject: oid, message: `it is needed as a ${before}; ${from} needs a ${type}` });
    }
  };
  for (const [name, oid] of tips) want(oid, "commit", name);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { oid, from } = next;
    yield seen.size;
    try {
      const { type, data } = objects.read(oid);
      const actual = oidOf(type, data);
      const wanted = seen.get(oid);
      if (actual !== oid) onProblem({ subject: oid, message: `it hashes to ${actual}` });
      else if (type !== wanted) {
        onProblem({ subject: oid, message: `it is a ${type}; ${from} needs a ${wanted}` });
      } else if (type === "commit") {
        const { tree, parents } = objects.commit(oid);
        want(tree, "tree", `commit ${oid}`);
        for (const parent of parents) want(parent, "commit", `commit ${oid}`);
      } else if (type === "tree") {
        for (const entry of parseTree(data)) {
          if (isSubmodule(entry)) continue;
          if (isTree(entry)) want(entry.oid, "tree", `tree ${oid}`);
          else want(entry.oid, "blob", `${entry.name} of tree ${oid}`);
        }
      }
    } catch (error) {
      // A damaged pack says the same of all that is in it; what is missing is told with who needs it.
      const needed = error instanceof MissingObjectError ? `; ${from} needs it` : "";
      onProblem({ subject: oid, message: messageOf(error) + needed });
    }
  }
}

/** Commits that some tips lead to and whose parents were never fetched: a clone of those tips would fail. */
export function cutCommits(gitdir: string, objects: ObjectReader, tips: Iterable<Oid>): Oid[] {
  const shallow = readShallow(gitdir);
  if (shallow.size === 0) return [];
  try {
    return [...reachable(objects, tips)].filter((oid) => shallow.has(oid));
  } catch (error) {
    // What cannot be read `checkReachable` tells.
    if (error instanceof Failure) return [];
    throw error;
  }
}

const CHUNK = 1024 * 1024;

/**
 * Hashes every pack and its index against their trailers. A writer may make many packs one meanwhile: then that one is
 * looked at, and those that went are no problem.
 *
 * @returns something now and then, so that the caller may take a breath
 */
export function* checkPacks(
  gitdir: string,
  onProblem: (problem: ObjectProblem) => void,
): Generator<undefined> {
  const seen = new Set<string>();
  const next = () => packFiles(gitdir).filter((file) => !seen.has(file));
  for (let files = next(); files.length > 0; files = next()) {
    for (const file of files) {
      seen.add(file);
      let subject = file;
      try {
        const trailer = yield* checkTrailer(join(packDirectory(gitdir), file));
        subject = file.replace(/\.pack$/, ".idx");
        checkPackIndex(readFileSync(join(packDirectory(gitdir), subject)), trailer);
      } catch (error) {
        const isGone = systemCode(error) === "ENOENT" && !packFiles(gitdir).includes(file);
        if (!isGone) onProblem({ subject, message: messageOf(error) });
      }
    }
  }
}

/**
 * A piece a step.
 *
 * @returns that SHA-1
 * @throws {RangeError} when the SHA-1 at a pack's end is not that of what stands before
 */
export function* checkTrailer(path: string): Generator<undefined, Buffer> {
  const fd = openSync(path, "r");
  try {
    const { size } = fstatSync(fd);
    const hash = new Bun.CryptoHasher("sha1");
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (let at = 0; at < size - 20; ) {
      const count = readSync(fd, buffer, 0, Math.min(CHUNK, size - 20 - at), at);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      at += count;
      yield;
    }
    const trailer = Buffer.alloc(20);
    readSync(fd, trailer, 0, 20, Math.max(0, size - 20));
    if (!trailer.equals(hash.digest())) throw new RangeError("the pack is not what was written");
    return trailer;
  } finally {
    closeSync(fd);
  }
}

/** Packs that readers see: those with an index. */
function packFiles(gitdir: string): string[] {
  const files = entriesOf(packDirectory(gitdir)).map(({ name }) => name);
  const there = new Set(files);
  return files.filter((file) => file.endsWith(".pack") && there.has(`${file.slice(0, -5)}.idx`));
}
