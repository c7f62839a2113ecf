/** Finds one file without reading trees that do not lead to it. */
import { isTree, type Oid, type TreeEntry } from "./object.ts";

/**
 * @param tree gives a tree's entries by name
 * @param path folders, then the file's name
 * @returns the blob, or undefined when there is none at that path
 */
export function findBlob(
  tree: (oid: Oid) => ReadonlyMap<string, TreeEntry>,
  root: Oid,
  path: readonly string[],
): Oid | undefined {
  let at = root;
  for (const [depth, name] of path.entries()) {
    const entry = tree(at).get(name);
    if (!entry || isTree(entry) === (depth === path.length - 1)) return undefined;
    at = entry.oid;
  }
  return at;
}
