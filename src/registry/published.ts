/**
 * What was published here: an index like any source's, on a branch of its own, which only grows. A
 * line is added for each version and never removed; yanking adds two fields to its end.
 *
 *     refs/heads/published    user/alice/json.index
 */
import { createObjectBatch, type Oid, readRef, repackIfMany, writeRef } from "../git/mod.ts";
import {
  commitChange,
  encodeModuleFile,
  type IndexLine,
  parseModuleFile,
  readIndexTree,
  writeIndexTree,
} from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { PUBLISHED } from "./paths.ts";
import { sharedView } from "./remote-origin.ts";
import { currentOffer, updateViews } from "./views.ts";

/** Writers wait so long for one another: a publication takes a moment, a mirror may take longer. */
export const PATIENCE_MS = 30_000;

/** Each published module's file. */
export function publishedModules({ objects, paths }: Registry): ReadonlyMap<string, Oid> {
  const tip = readRef(paths.index, PUBLISHED);
  return tip === undefined ? new Map() : readIndexTree(objects, objects.commit(tip).tree);
}

/** The lines of one module that was published here; none when it was not. */
export function publishedLines(registry: Registry, module: string): readonly IndexLine[] {
  const blob = publishedModules(registry).get(module);
  if (blob === undefined) return [];
  const { lines, bad } = parseModuleFile(module, registry.objects.read(blob).data);
  // Written here and nowhere else: writing on would lose what is not understood.
  if (bad[0])
    throw new Error(`published index of ${module}, line ${bad[0].line}: ${bad[0].problem}`);
  return lines;
}

/**
 * Gives a module these lines: the branch first, then what clients see. The caller holds the lock.
 *
 * @param time of the change, in milliseconds since the epoch
 */
export async function writePublished(
  registry: Registry,
  module: string,
  lines: readonly IndexLine[],
  time: number,
): Promise<void> {
  const { objects, paths } = registry;
  const modules = new Map(publishedModules(registry));
  const batch = createObjectBatch(paths.index, objects.has);
  modules.set(module, batch.add("blob", encodeModuleFile(lines)));
  const commit = commitChange(batch, objects, {
    parent: readRef(paths.index, PUBLISHED),
    tree: writeIndexTree(batch, modules),
    time: Math.floor(time / 1000),
    modules: [module],
  });
  await batch.write();
  if (commit) await writeRef(paths.index, PUBLISHED, commit);
  await showPublished(registry);
}

/** Brings the views up to date. What is wrong with other origins' lines is told by a sync. */
export async function showPublished(registry: Registry): Promise<void> {
  await updateViews(registry, currentOffer(registry).catalog, () => {});
  await repackIfMany(registry.paths.index, registry.objects, sharedView(registry));
}
