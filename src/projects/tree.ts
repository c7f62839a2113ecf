/** Changes single files of a branch's tree, keeping all else of it as it is. */
import {
  encodeTree,
  FILE_MODE,
  isTree,
  type ObjectBatch,
  type ObjectReader,
  type Oid,
  TREE_MODE,
  type TreeEntry,
} from "../git/mod.ts";

export interface FileChange {
  /** Folders, then the file's name. */
  readonly path: readonly string[];
  readonly data: Buffer;
}

/**
 * Adds a tree with some files replaced to a batch.
 *
 * @param root undefined for an empty branch
 * @returns the new root
 */
export function writeFiles(
  batch: ObjectBatch,
  objects: ObjectReader,
  root: Oid | undefined,
  files: readonly FileChange[],
): Oid {
  // A folder that was made for one file is in the batch only, so the next file must not read it.
  const made = new Map<Oid, readonly TreeEntry[]>();
  const entriesOf = (tree: Oid | undefined) =>
    tree === undefined ? [] : (made.get(tree) ?? objects.tree(tree));

  const write = (tree: Oid | undefined, path: readonly string[], blob: Oid): Oid => {
    const [name = "", ...rest] = path;
    const entries = entriesOf(tree);
    const old = entries.find((entry) => entry.name === name);
    const below = old && isTree(old) ? old.oid : undefined;
    const entry =
      rest.length === 0
        ? { mode: FILE_MODE, name, oid: blob }
        : { mode: TREE_MODE, name, oid: write(below, rest, blob) };
    const changed = [...entries.filter((each) => each.name !== name), entry];
    const oid = batch.add("tree", encodeTree(changed));
    made.set(oid, changed);
    return oid;
  };
  const after = files.reduce<Oid | undefined>(
    (at, { path, data }) => write(at, path, batch.add("blob", data)),
    root,
  );
  if (after === undefined) throw new RangeError("a tree of no files");
  return after;
}
