/** Which files two trees do not have in common; reads only trees that differ. */
import { LimitError } from "./limit.ts";
import { isTree, type Oid, parseTree, type TreeEntry } from "./object.ts";
import { type ObjectReader, typed } from "./object-database.ts";
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

/** Nobody's index has folders in folders so deep. */
const MOST_DEPTH = 64;
/** The index of a million modules has fewer files and folders. */
const MOST_ENTRIES = 2_000_000;

/**
 * Compares two trees, file by file.
 *
 * @param before undefined: nothing, so that every file of the other is new
 * @param after undefined: nothing
 * @throws {MissingObjectError} for a tree that is not there; {LimitError} for trees that are made to keep who walks
 *   them busy: a few that name each other many times stand for more files than could ever be counted
 */
export function* changedFiles(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
): Generator<FileChange> {
  yield* changesBelow({ objects, folder: "", depth: 0, walk: { entries: 0 } }, before, after);
}

/** A folder, and how many entries the whole walk has come by. */
interface Place {
  readonly objects: ObjectReader;
  /** With a slash at its end, but for the root. */
  readonly folder: string;
  readonly depth: number;
  readonly walk: { entries: number };
}

function* changesBelow(
  place: Place,
  before: Oid | undefined,
  after: Oid | undefined,
): Generator<FileChange> {
  if (before === after) return;
  if (place.depth > MOST_DEPTH) throw new LimitError(`it has folders ${MOST_DEPTH} deep`);
  const { entries, formers } = compare(place.objects, before, after);
  place.walk.entries += entries.length + formers.length;
  if (place.walk.entries > MOST_ENTRIES) throw new LimitError(`it has over ${MOST_ENTRIES} files`);
  const left = new Map(formers.map((former) => [former.name, former]));
  for (const entry of entries) {
    yield* changedEntry(place, left.get(entry.name), entry, place.folder + entry.name);
    left.delete(entry.name);
  }
  for (const former of left.values()) {
    yield* changedEntry(place, former, undefined, place.folder + former.name);
  }
}

function compare(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
): TreeDifference {
  const data = (oid: Oid) => typed(objects, oid, "tree");
  if (before !== undefined && after !== undefined) return differenceOf(data(after), data(before));
  return {
    entries: after === undefined ? [] : parseTree(data(after)),
    formers: before === undefined ? [] : parseTree(data(before)),
  };
}

function* changedEntry(
  place: Place,
  former: TreeEntry | undefined,
  entry: TreeEntry | undefined,
  path: string,
): Generator<FileChange> {
  const tree = (of: TreeEntry | undefined) => (of && isTree(of) ? of.oid : undefined);
  const file = (of: TreeEntry | undefined) => (of && !isTree(of) ? of.oid : undefined);
  const below = { ...place, folder: `${path}/`, depth: place.depth + 1 };
  yield* changesBelow(below, tree(former), tree(entry));
  const [before, after] = [file(former), file(entry)];
  if (before !== after) yield { path, before, after };
}
