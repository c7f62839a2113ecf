/** Reads and writes an index's tree: module names on one side, blobs on the other. */
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
import { EXTENSION, isModuleName, modulePath, ROOT } from "./path.ts";

/** Every module file below a root tree, by module. What is no module file is passed over. */
export function readIndexTree(objects: ObjectReader, root: Oid): Map<string, Oid> {
  const modules = new Map<string, Oid>();
  const walk = (tree: Oid, prefix: string): void => {
    for (const entry of objects.tree(tree)) {
      if (isTree(entry)) walk(entry.oid, `${prefix}${entry.name}/`);
      else if (entry.name.endsWith(EXTENSION)) {
        const module = prefix + entry.name.slice(0, -EXTENSION.length);
        if (isModuleName(module)) modules.set(module, entry.oid);
      }
    }
  };
  const user = objects.tree(root).find((entry) => entry.name === ROOT && isTree(entry));
  if (user) walk(user.oid, "");
  return modules;
}

type Folder = Map<string, Folder | Oid>;

/**
 * Adds the trees of an index to a batch.
 *
 * @param beside files of the root, by name
 * @returns the root's tree
 */
export function writeIndexTree(
  batch: ObjectBatch,
  modules: ReadonlyMap<string, Oid>,
  beside: ReadonlyMap<string, Oid> = new Map(),
): Oid {
  const root: Folder = new Map(beside);
  for (const [module, blob] of modules) {
    const path = modulePath(module);
    let folder = root;
    for (const part of path.slice(0, -1)) {
      let next = folder.get(part);
      if (!(next instanceof Map)) {
        next = new Map();
        folder.set(part, next);
      }
      folder = next;
    }
    folder.set(path.at(-1)!, blob);
  }
  return writeFolder(batch, root);
}

function writeFolder(batch: ObjectBatch, folder: Folder): Oid {
  const entries: TreeEntry[] = [];
  for (const [name, content] of folder) {
    entries.push(
      content instanceof Map
        ? { mode: TREE_MODE, name, oid: writeFolder(batch, content) }
        : { mode: FILE_MODE, name, oid: content },
    );
  }
  return batch.add("tree", encodeTree(entries));
}
