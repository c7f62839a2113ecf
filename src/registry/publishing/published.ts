/**
 * What was published here: an index like any source's, on a branch of its own, which only grows. A
 * line is added for each version and never removed; yanking adds two fields to its end.
 *
 *     refs/heads/published    user/alice/json.index
 */
import { createObjectBatch, gatherIfMany, repackIfMany } from "../../git/mod.ts";
import {
  commitTo,
  editIndexTree,
  encodeModuleFile,
  type IndexLine,
  openSnapshot,
} from "../../index/mod.ts";
import { type Registry, servedView } from "../open.ts";
import { ownTips } from "../own-branches.ts";
import { PUBLISHED } from "../paths.ts";
import { currentOffer } from "../views/offer.ts";
import { updateViews } from "../views/views.ts";
import { unlessFetching } from "../writing.ts";

/** The lines of one module that was published here; none when it was not. @throws {Failure} as `ownTips` */
export function publishedLines(registry: Registry, module: string): readonly IndexLine[] {
  const tip = ownTips(registry).get(PUBLISHED);
  const file = tip === undefined ? undefined : openSnapshot(registry.objects, tip).module(module);
  if (!file) return [];
  const { lines, bad } = file;
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
  const parent = ownTips(registry).get(PUBLISHED);
  const root = parent === undefined ? undefined : objects.commit(parent).tree;
  const batch = createObjectBatch(paths.index, objects.has);
  const blob = batch.add("blob", encodeModuleFile(lines));
  const commit = {
    parent,
    tree: editIndexTree(batch, objects, root, new Map([[module, blob]])),
    time: Math.floor(time / 1000),
    modules: [module],
    branch: PUBLISHED,
  };
  await commitTo(paths.index, objects, batch, new Map([[PUBLISHED, commit]]));
  await showPublished(registry);
}

/** Brings the views up to date. What is wrong with other origins' lines is told by a sync. */
export async function showPublished(registry: Registry): Promise<void> {
  await updateViews(registry, await currentOffer(registry), () => {});
  const { paths, objects } = registry;
  const repacked = await unlessFetching(registry, "publish", () =>
    repackIfMany(paths.index, objects, servedView(registry)),
  );
  // That takes nothing away, and so may be done while somebody fetches.
  if (repacked === undefined) await gatherIfMany(paths.index);
}
