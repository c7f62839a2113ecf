/** Finds what stands at a path without reading trees that do not lead to it. */
import { isTree, type Oid, type TreeEntry } from "./object.ts";
import type { ObjectReader } from "./object-database.ts";

/** Gives a tree's entries by name. */
export type Trees = (oid: Oid) => ReadonlyMap<string, TreeEntry>;

/**
 * Trees that are read when they are asked for, and kept.
 *
 * @param known those that were read before; others are added
 */
export function openTrees(
  objects: Pick<ObjectReader, "tree">,
  known: Map<Oid, ReadonlyMap<string, TreeEntry>> = new Map(),
): Trees {
  return (oid) => {
    let entries = known.get(oid);
    if (!entries) {
      entries = new Map(objects.tree(oid).map((entry) => [entry.name, entry]));
      known.set(oid, entries);
    }
    return entries;
  };
}

/**
 * @param path folders, then the file's name
 * @returns the blob, or undefined when there is none at that path
 */
export function findBlob(trees: Trees, root: Oid, path: readonly string[]): Oid | undefined {
  let at = root;
  for (const [depth, name] of path.entries()) {
    const entry = trees(at).get(name);
    if (!entry || isTree(entry) === (depth === path.length - 1)) return undefined;
    at = entry.oid;
  }
  return at;
}
