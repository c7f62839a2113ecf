/** Which files two trees do not have in common; reads only trees that differ. */
import { isTree, type Oid, parseTree, type TreeEntry } from "./object.ts";
import { MissingObjectError, type ObjectReader } from "./object-database.ts";
import { differenceOf, type TreeDifference } from "./tree-diff.ts";

/** A file that is new, gone or other than it was. */
export interface FileChange {
  /** Folders and the file's name, with slashes between. */
  readonly path: string;
  /** Undefined where there was none. */
  readonly before: Oid | undefined;
  /** Undefined where there is none any more. */
  readonly after: Oid | undefined;
}

/** A tree as it is encoded. @throws {MissingObjectError} when it is not there or no tree */
export function treeData(objects: ObjectReader, oid: Oid): Buffer {
  const { type, data } = objects.read(oid);
  if (type !== "tree") throw new MissingObjectError(oid, "tree");
  return data;
}

/**
 * Compares two trees, file by file.
 *
 * @param before undefined: nothing, so that every file of the other is new
 * @param after undefined: nothing
 * @throws {MissingObjectError} for a tree that is not there
 */
export function* changedFiles(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
  folder: string = "",
): Generator<FileChange> {
  if (before === after) return;
  const { entries, formers } = compare(objects, before, after);
  const left = new Map(formers.map((former) => [former.name, former]));
  for (const entry of entries) {
    yield* changedEntry(objects, left.get(entry.name), entry, folder + entry.name);
    left.delete(entry.name);
  }
  for (const former of left.values()) {
    yield* changedEntry(objects, former, undefined, folder + former.name);
  }
}

function compare(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
): TreeDifference {
  const data = (oid: Oid) => treeData(objects, oid);
  if (before !== undefined && after !== undefined) return differenceOf(data(after), data(before));
  return {
    entries: after === undefined ? [] : parseTree(data(after)),
    formers: before === undefined ? [] : parseTree(data(before)),
  };
}

function* changedEntry(
  objects: ObjectReader,
  former: TreeEntry | undefined,
  entry: TreeEntry | undefined,
  path: string,
): Generator<FileChange> {
  const tree = (of: TreeEntry | undefined) => (of && isTree(of) ? of.oid : undefined);
  const file = (of: TreeEntry | undefined) => (of && !isTree(of) ? of.oid : undefined);
  yield* changedFiles(objects, tree(former), tree(entry), `${path}/`);
  const [before, after] = [file(former), file(entry)];
  if (before !== after) yield { path, before, after };
}
