/**
 * What a branch of the index says now. Nothing is parsed before it is asked for, and what was parsed
 * is kept until the branch moves, so a request costs a look-up and a restart costs nothing.
 */
import { followRef, MissingObjectError, type ObjectReader, type Oid } from "../git/mod.ts";
import { type IndexLine, type ModuleFile, parseModuleFile } from "./entry.ts";
import { openModules } from "./modules.ts";
import { changedModules, readIndexTree } from "./tree.ts";

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
  let list: ModuleList | undefined;
  const follow = followRef(gitdir, ref);
  return () => {
    const tip = follow();
    if (tip === undefined) return undefined;
    if (current?.commit !== tip) {
      current = open(objects, tip, (root) => {
        list = listModules(objects, root, list);
        return list.modules;
      });
    }
    return current;
  };
}

/** What one commit says. */
export function openSnapshot(objects: ObjectReader, commit: Oid): Snapshot {
  return open(objects, commit, (root) => readIndexTree(objects, root));
}

/** Every module of a tree. */
interface ModuleList {
  readonly root: Oid;
  readonly modules: ReadonlyMap<string, Oid>;
}

/** Lists a tree's modules in its own order, by what differs from another if that is enough. */
function listModules(objects: ObjectReader, root: Oid, former: ModuleList | undefined): ModuleList {
  const changes = former && changesSince(objects, root, former);
  // A new one has its place among the others, which is not known of it alone.
  const isEnough = changes && [...changes.values()].every(({ before }) => before !== undefined);
  if (!former || !isEnough) return { root, modules: readIndexTree(objects, root) };
  const modules = new Map(former.modules);
  for (const [module, { after }] of changes) {
    if (after === undefined) modules.delete(module);
    else modules.set(module, after);
  }
  return { root, modules };
}

function changesSince(objects: ObjectReader, root: Oid, former: ModuleList) {
  try {
    return changedModules(objects, former.root, root);
  } catch (error) {
    // The former tree may have been collected since.
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
}

function open(
  objects: ObjectReader,
  commit: Oid,
  list: (root: Oid) => ReadonlyMap<string, Oid>,
): Snapshot {
  const root = objects.commit(commit).tree;
  const files = openModules(objects, root);
  const versions = new Map<string, ReadonlyMap<string, IndexLine>>();
  const parsed = new Map<string, ModuleFile | undefined>();
  let all: ReadonlyMap<string, Oid> | undefined;

  const module = (name: string): ModuleFile | undefined => {
    if (parsed.has(name)) return parsed.get(name);
    const blob = files.get(name);
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
      all ??= list(root);
      return all;
    },
  };
}
