/** Modules by name, each looked for when it is asked for: most of an index nobody asks about. */
import { findBlob, isTree, type ObjectReader, type Oid, openTrees } from "../git/mod.ts";
import { isModuleName, moduleOfFile, modulePath, ROOT } from "./path.ts";

/** Says which owners have something to do with a question. */
export type OwnerTest = (owner: string) => boolean;

/** As far as it goes, a map is one too. */
export interface Modules<T> {
  get(module: string): T | undefined;
  /**
   * Each name once.
   *
   * @param mayOwn spares reading what is of other owners; their modules may be named all the same
   */
  keys(mayOwn?: OwnerTest): Iterable<string>;
}

/** The module files below a root tree. Trees are read when they are needed, and kept. */
export function openModules(objects: ObjectReader, root: Oid): Modules<Oid> {
  const trees = openTrees(objects);
  function* below(folder: Oid, path: string): Generator<string> {
    for (const entry of trees.entries(folder).values()) {
      if (isTree(entry)) yield* below(entry.oid, `${path}${entry.name}/`);
      else {
        const module = moduleOfFile(path + entry.name);
        if (module !== undefined) yield module;
      }
    }
  }
  return {
    get: (module) => (isModuleName(module) ? findBlob(trees, root, modulePath(module)) : undefined),
    *keys(mayOwn = () => true) {
      const user = trees.entry(root, ROOT);
      if (!user || !isTree(user)) return;
      for (const owner of trees.entries(user.oid).values()) {
        if (isTree(owner) && mayOwn(owner.name)) yield* below(owner.oid, `${owner.name}/`);
      }
    },
  };
}

/** What is made of each module of another index; undefined for what is not to be in it. */
export function mapModules<T, U>(
  modules: Modules<T>,
  map: (module: string, value: T) => U | undefined,
): Modules<U> {
  const get = (module: string): U | undefined => {
    const value = modules.get(module);
    return value === undefined ? undefined : map(module, value);
  };
  return {
    get,
    *keys(mayOwn) {
      for (const module of modules.keys(mayOwn)) if (get(module) !== undefined) yield module;
    },
  };
}
