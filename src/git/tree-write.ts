/** Writes trees from files: whole ones, and what changes of one when some of its files do. */
import { FILE_MODE, isTree, type Oid, TREE_MODE, type TreeEntry } from "./object.ts";
import { type ObjectReader, typed } from "./object-database.ts";
import type { ObjectBatch } from "./pack-writer.ts";
import { editTree, findEntries } from "./tree-edit.ts";

/** A tree without entries, encoded. */
const NOTHING = Buffer.alloc(0);

/** A file's path, folders first, and its blob; undefined for a file that is to go. */
export type FileEdit = readonly [path: readonly string[], blob: Oid | undefined];

/** Edits below a folder: of its own folders, of its files, and `null` for a file that is to go. */
type Edits = Map<string, Edits | Oid | null>;

/**
 * Adds a tree to a batch: a new one, or another with some files changed, of which only the folders on
 * the way to them are read and written. No folder is left without a file in it but the root.
 *
 * @param base the tree that all else stays of
 * @returns the root's tree
 */
export function writeTree(
  batch: ObjectBatch,
  edits: Iterable<FileEdit>,
  base?: { readonly objects: ObjectReader; readonly tree: Oid },
): Oid {
  const write = (tree: Oid | undefined, wanted: Edits): Oid | undefined => {
    const data = tree === undefined || !base ? NOTHING : typed(base.objects, tree, "tree");
    const formers = findEntries(data, wanted.keys());
    const changes = [...wanted].map(([name, edit]) => {
      const former = formers.get(name);
      return { former, next: entryOf(name, edit, former?.entry) };
    });
    const next = editTree(data, changes);
    return next.length === 0 ? undefined : batch.add("tree", next);
  };
  const entryOf = (
    name: string,
    edit: Edits | Oid | null,
    former: TreeEntry | undefined,
  ): TreeEntry | undefined => {
    const isFolder = former !== undefined && isTree(former);
    if (edit === null) return isFolder ? former : undefined;
    if (!(edit instanceof Map)) return { mode: FILE_MODE, name, oid: edit };
    const oid = write(isFolder ? former.oid : undefined, edit);
    if (oid !== undefined) return { mode: TREE_MODE, name, oid };
    // Nothing was to be removed from what is no folder.
    return isFolder ? undefined : former;
  };
  return write(base?.tree, byFolder(edits)) ?? batch.add("tree", NOTHING);
}

function byFolder(edits: Iterable<FileEdit>): Edits {
  const root: Edits = new Map();
  for (const [path, blob] of edits) {
    let folder = root;
    for (const part of path.slice(0, -1)) {
      let next = folder.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        folder.set(part, next);
      }
      folder = next;
    }
    folder.set(path.at(-1)!, blob ?? null);
  }
  return root;
}
