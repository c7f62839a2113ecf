/**
 * What a branch of the index says now. Nothing is parsed before it is asked for, and what was parsed
 * is kept until the branch moves, so a request costs a look-up and a restart costs nothing.
 */
import { findBlob, followRef, type ObjectReader, type Oid, type TreeEntry } from "../git/mod.ts";
import { type IndexLine, type ModuleFile, parseModuleFile } from "./entry.ts";
import { modulePath } from "./path.ts";
import { readIndexTree } from "./tree.ts";

export interface Snapshot {
  readonly commit: Oid;
  /** A module's lines, or undefined when there is no such module. */
  module(name: string): ModuleFile | undefined;
  version(module: string, version: string): IndexLine | undefined;
  /** Every module and its blob: reads all trees. */
  modules(): ReadonlyMap<string, Oid>;
}

/** Follows a branch: each call answers for the commit that it has at that moment. */
export function followBranch(
  gitdir: string,
  ref: string,
  objects: ObjectReader,
): () => Snapshot | undefined {
  let current: Snapshot | undefined;
  const follow = followRef(gitdir, ref);
  return () => {
    const tip = follow();
    if (tip === undefined) return undefined;
    if (current?.commit !== tip) current = openSnapshot(objects, tip);
    return current;
  };
}

/** What one commit says. */
export function openSnapshot(objects: ObjectReader, commit: Oid): Snapshot {
  const root = objects.commit(commit).tree;
  const trees = new Map<Oid, ReadonlyMap<string, TreeEntry>>();
  const versions = new Map<string, ReadonlyMap<string, IndexLine>>();
  const parsed = new Map<string, ModuleFile | undefined>();
  let all: ReadonlyMap<string, Oid> | undefined;

  const tree = (oid: Oid): ReadonlyMap<string, TreeEntry> => {
    const known = trees.get(oid);
    if (known) return known;
    const read = new Map(objects.tree(oid).map((entry) => [entry.name, entry]));
    trees.set(oid, read);
    return read;
  };
  const module = (name: string): ModuleFile | undefined => {
    if (parsed.has(name)) return parsed.get(name);
    const blob = findBlob(tree, root, modulePath(name));
    if (blob === undefined) return undefined;
    const file = parseModuleFile(name, objects.read(blob).data);
    parsed.set(name, file);
    return file;
  };

  return {
    commit,
    module,
    version(name, version) {
      let lines = versions.get(name);
      if (!lines) {
        const file = module(name);
        if (!file) return undefined;
        lines = new Map(file.lines.map((line) => [line.entry.version, line]));
        versions.set(name, lines);
      }
      return lines.get(version);
    },
    modules() {
      all ??= readIndexTree(objects, root);
      return all;
    },
  };
}
