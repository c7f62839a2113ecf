/**
 * Mends what the index has from elsewhere: sources' indexes are fetched anew, and views are made anew. What nobody
 * else has is put back before that: see put-back.ts.
 */
import { Failure } from "../../errors.ts";
import {
  cutCommits,
  deleteRef,
  listRefs,
  type Oid,
  reachable,
  readRef,
  writeRef,
} from "../../git/mod.ts";
import { sourceRef } from "../../sources/mod.ts";
import { VIEWS } from "../bundles/apply.ts";
import type { Report } from "../events.ts";
import { refreshOne } from "../mirroring/refresh.ts";
import { selectionsToSync } from "../mirroring/selection.ts";
import { enabledSources, type Registry } from "../open.ts";
import { isOwnCommit, isWhole } from "../own-branches.ts";
import { readingState } from "../state.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { currentOffer } from "../views/offer.ts";
import { updateViews } from "../views/views.ts";
import { packedCommits } from "./packed-commits.ts";

/** Fetches the indexes of sources anew that are damaged. One that does not come stays as it is. The caller holds the lock. */
export async function repairSources(
  registry: Registry,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const broken = enabledSources(registry).filter(({ name }) => isBroken(registry, sourceRef(name)));
  if (broken.length === 0) return;
  const patterns = readingState(registry.paths.state, (state) =>
    selectionsToSync(registry.config, state).flatMap((selection) => selection.patterns),
  );
  for (const source of broken) {
    const options = { signal, limit: signal, isAlone: true };
    const done = await refreshOne(registry, source, patterns, report, options);
    if (done.outcome !== "failed") continue;
    const message = `${done.failure.message}; the index of ${source.name} is damaged, and needed before the rest can be mended`;
    report({ type: "warning", message });
  }
}

/**
 * Makes views anew that are damaged, once nothing else is: a view that is not there looks empty to clients, and one
 * that is made of less would lack something. The caller holds the lock.
 */
export async function repairViews(registry: Registry, report: Report): Promise<void> {
  const { paths } = registry;
  const broken = VIEWS.filter((ref) => isBroken(registry, ref));
  if (broken.length === 0) return;
  const damaged: string[] = [];
  const refs = listRefs(paths.index, "refs/", (name) => damaged.push(name));
  const others = [...refs.keys(), ...damaged].filter((ref) => !VIEWS.includes(ref));
  if (others.some((ref) => isBroken(registry, ref))) return;
  for (const ref of broken) await deleteRef(paths.index, ref);
  await updateViews(registry, await currentOffer(registry), report);
  for (const ref of broken) {
    const past = pastOf(registry, ref);
    if (past !== undefined) await writeRef(paths.index, ref, past);
  }
}

/** Whether a ref cannot be read, or not all that it leads to is here. */
function isBroken({ paths, objects }: Registry, ref: string): boolean {
  const tip = unlessDamaged(() => readRef(paths.index, ref));
  if (tip === undefined) return false;
  if (tip instanceof Failure || !isWhole({ objects }, tip)) return true;
  return VIEWS.includes(ref) && cutCommits(paths.index, objects, [tip]).length > 0;
}

/**
 * Where a view may have stood: made anew it has the same content and another past, and whoever has pulled it could
 * not go on from there; but the commits of its past are still here.
 *
 * @returns the commit of the longest past that has just what the view has now; undefined when there is no other
 */
function pastOf({ objects, paths }: Registry, ref: string): Oid | undefined {
  const now = readRef(paths.index, ref);
  if (now === undefined) return undefined;
  const { tree } = objects.commit(now);
  let [found, longest]: [Oid | undefined, number] = [undefined, reachable(objects, [now]).size];
  for (const [oid, commit] of packedCommits({ objects })) {
    if (commit.tree !== tree || isOwnCommit(commit) || !isWhole({ objects }, oid)) continue;
    if (cutCommits(paths.index, objects, [oid]).length > 0) continue;
    const { size } = reachable(objects, [oid]);
    if (size > longest) [found, longest] = [oid, size];
  }
  return found;
}
