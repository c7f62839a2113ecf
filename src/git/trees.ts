/** Finds what stands at a path without reading trees that do not lead to it. */
import { isTree, type Oid, parseTree, type TreeEntry } from "./object.ts";
import { type ObjectReader, typed } from "./object-database.ts";
import { findEntries } from "./tree-edit.ts";

/** Trees that are read when they are asked for, and kept. */
export interface Trees {
  /** An entry by its name. */
  entry(tree: Oid, name: string): TreeEntry | undefined;
  /** All of them, by name. */
  entries(tree: Oid): ReadonlyMap<string, TreeEntry>;
}

/** A tree that was read: its bytes, and then what they say. */
export type KnownTree =
  | { readonly data: Buffer; looks: number }
  | { readonly entries: ReadonlyMap<string, TreeEntry> };

/** Who asks for more entries than this will ask for many: then the whole tree is taken apart, once. */
const FEW_LOOKS = 8;
/** Bytes of a tree that is taken apart at once. */
const SMALL = 4096;

/** @param known trees that were read before; others are added */
export function openTrees(objects: ObjectReader, known: Map<Oid, KnownTree> = new Map()): Trees {
  const read = (oid: Oid): KnownTree => {
    const before = known.get(oid);
    if (before) return before;
    const data = typed(objects, oid, "tree");
    const tree = data.length <= SMALL ? parsed(data) : { data, looks: 0 };
    known.set(oid, tree);
    return tree;
  };
  const entries = (oid: Oid): ReadonlyMap<string, TreeEntry> => {
    const tree = read(oid);
    if ("entries" in tree) return tree.entries;
    const whole = parsed(tree.data);
    known.set(oid, whole);
    return whole.entries;
  };
  return {
    entries,
    entry(oid, name) {
      const tree = read(oid);
      if ("entries" in tree || ++tree.looks > FEW_LOOKS) return entries(oid).get(name);
      return findEntries(tree.data, [name]).get(name)?.entry;
    },
  };
}

function parsed(data: Buffer): { entries: ReadonlyMap<string, TreeEntry> } {
  return { entries: new Map(parseTree(data).map((entry) => [entry.name, entry])) };
}

/**
 * @param path folders, then the file's name
 * @returns the blob, or undefined when there is none at that path
 */
export function findBlob(trees: Trees, root: Oid, path: readonly string[]): Oid | undefined {
  let at = root;
  for (const [depth, name] of path.entries()) {
    const entry = trees.entry(at, name);
    if (!entry || isTree(entry) === (depth === path.length - 1)) return undefined;
    at = entry.oid;
  }
  return at;
}
