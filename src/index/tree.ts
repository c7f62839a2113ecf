/** Reads and writes an index's tree: module names on one side, blobs on the other. */
import {
  changedFiles,
  isTree,
  type ObjectBatch,
  type ObjectReader,
  type Oid,
  writeTree,
} from "../git/mod.ts";
import { moduleOfFile, modulePath, ROOT } from "./path.ts";

/** What became of a module's file. */
export interface ModuleChange {
  /** Undefined where there was none. */
  readonly before: Oid | undefined;
  /** Undefined where there is none any more. */
  readonly after: Oid | undefined;
}

/** Every module file below a root tree, by module. What is no module file is passed over. */
export function readIndexTree(objects: ObjectReader, root: Oid): Map<string, Oid> {
  return new Map(
    [...changedModules(objects, undefined, root)].map(([module, { after }]) => [module, after!]),
  );
}

/**
 * How the module files of two root trees differ; reads only trees that do.
 *
 * @param before undefined: no tree, so that every module of the other is new
 * @param after undefined: no tree
 * @throws {MissingObjectError} for a tree that is not there
 */
export function changedModules(
  objects: ObjectReader,
  before: Oid | undefined,
  after: Oid | undefined,
): Map<string, ModuleChange> {
  const modules = (root: Oid | undefined) =>
    root === undefined
      ? undefined
      : objects.tree(root).find((entry) => entry.name === ROOT && isTree(entry))?.oid;
  const changes = new Map<string, ModuleChange>();
  if (before === after) return changes;
  for (const change of changedFiles(objects, modules(before), modules(after))) {
    const module = moduleOfFile(change.path);
    if (module !== undefined) changes.set(module, change);
  }
  return changes;
}

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
  const files = [...beside].map(([name, blob]) => [[name], blob] as const);
  return writeTree(batch, [...files, ...filesOf(modules)]);
}

/**
 * Adds an index to a batch that differs from another in some modules; only trees on the way to them
 * are read and written.
 *
 * @param modules undefined for those that are to go
 * @param root the other's tree; undefined: an index of nothing
 * @returns the root's tree
 */
export function editIndexTree(
  batch: ObjectBatch,
  objects: ObjectReader,
  root: Oid | undefined,
  modules: ReadonlyMap<string, Oid | undefined>,
): Oid {
  if (root !== undefined && modules.size === 0) return root;
  return writeTree(batch, filesOf(modules), root === undefined ? root : { objects, tree: root });
}

const filesOf = (modules: ReadonlyMap<string, Oid | undefined>) =>
  [...modules].map(([module, blob]) => [modulePath(module), blob] as const);
