/**
 * Makes a proven bundle part of the registry.
 *
 * A registry that has nothing but what one other registry's bundles brought is its replica: it gets
 * the same refs, also those of the views, and so serves the same commits. Any other keeps its views,
 * which are computed anew from its own sources and from what came.
 */

import type { ArchiveStaging } from "../../archives/mod.ts";
import type { Manifest } from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import {
  deleteRef,
  type IncomingPack,
  isAncestor,
  listRefs,
  type ObjectReader,
  type Oid,
  readRef,
  writeRef,
} from "../../git/mod.ts";
import { sourceRef } from "../../sources/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import type { Report } from "../events.ts";
import type { Registry } from "../open.ts";
import { noteOwnTips, requireOwnTips } from "../own-branches.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../paths.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { currentOffer } from "../views/offer.ts";
import { archivesOf } from "../views/references.ts";
import { guardHistory, pinsRef } from "../views/rewrites.ts";
import { updateViews } from "../views/views.ts";
import { keepCarried } from "./carried.ts";
import { isBroughtBy, isOwnSeries, type KnownBundle } from "./ledger.ts";
import { type ImportedOrigin, importedOrigins, writeOrigins } from "./origins.ts";
import { takePointers } from "./take-pointers.ts";

/** A bundle that is here, proven, and not yet part of the registry. */
export interface StagedBundle {
  readonly archives: ArchiveStaging;
  readonly pack: IncomingPack;
  readonly alreadyStored: number;
  discard(): Promise<void>;
}

/** Made of all the rest. */
export const VIEWS: readonly string[] = [ALL_VIEW, STORED_VIEW];

/**
 * Checks that a bundle's sources are not others of the same name. Changes nothing.
 *
 * @throws {Failure} "exists"
 */
export function checkFit({ config, paths }: Registry, { origins, series }: Manifest): void {
  const here = new Map([
    ...importedOrigins(paths)
      .filter((origin) => origin.series !== series)
      .map(({ name, index }): [string, string] => [name, index]),
    ...config.sources.map(({ name, indexUrl }): [string, string] => [name, indexUrl]),
  ]);
  for (const { name, index } of origins) {
    const other = here.get(name);
    if (other === undefined || other === index) continue;
    throw new Failure(
      "exists",
      `the source ${name} is ${other} here and ${index} in the bundle`,
      "give one of them another name in its registry.toml",
    );
  }
}

/**
 * The caller holds the lock.
 *
 * @param known the newest bundle of each series so far
 * @returns how many archives were removed
 */
export async function applyBundle(
  registry: Registry,
  manifest: Manifest,
  known: readonly KnownBundle[],
  staged: StagedBundle,
  report: Report,
): Promise<{ removed: number }> {
  const isOwn = ({ manifest: { series } }: KnownBundle) => series === manifest.series;
  const gone = await removedSince(manifest, known.find(isOwn), staged);
  const others = known.filter((bundle) => !isOwn(bundle));
  const plan = planRefs(registry, manifest, staged);
  requireOwnTips(registry, plan, staged.pack.objects);

  await staged.archives.commit();
  await staged.pack.install();
  await dropDamaged(registry, plan);

  // Known as origins before they are refs: whoever recomputes the views would drop them else.
  const former = importedOrigins(registry.paths);
  const origins = await takeOrigins(registry, former, manifest);
  await moveRefs(registry, manifest, plan, report);
  await dropOrigins(registry, former, origins);
  await noteOwnTips(registry);
  await takePointers(registry, manifest, report);

  await warnOfLacking(registry, plan.get(STORED_VIEW), report);
  const kept = await neededArchives(registry, others);
  const leaving = new Set(gone.filter((sha256) => !kept.has(sha256)));
  await moveViews(registry, { manifest, plan, origins, others, leaving }, report);
  for (const sha256 of leaving) await registry.archives.delete(sha256);
  return { removed: leaving.size };
}

/** What a bundle brings takes the place of refs that are damaged; views are made anew. */
async function dropDamaged(
  { paths, objects }: Registry,
  plan: ReadonlyMap<string, Oid>,
): Promise<void> {
  for (const name of new Set([...plan.keys(), ...VIEWS])) {
    const tip = unlessDamaged(() => readRef(paths.index, name));
    const isDamaged = tip instanceof Failure || (tip !== undefined && !objects.has(tip));
    if (isDamaged) await deleteRef(paths.index, name);
  }
}

/** @returns those that are known then */
async function takeOrigins(
  { paths }: Registry,
  former: readonly ImportedOrigin[],
  { origins: brought, series }: Manifest,
): Promise<ImportedOrigin[]> {
  const isElsewhere = (origin: ImportedOrigin) =>
    origin.series !== series && !brought.some(({ name }) => name === origin.name);
  const origins = [
    ...brought.map((origin) => ({ ...origin, series })),
    ...former.filter(isElsewhere),
  ];
  await writeOrigins(paths, origins);
  return origins;
}

/** Moves all refs but the views. What is to stay where it is goes out of the plan. */
async function moveRefs(
  registry: Registry,
  { origins }: Manifest,
  plan: Map<string, Oid>,
  report: Report,
): Promise<void> {
  const { paths, objects } = registry;
  const gitdir = paths.index;
  const configured = configuredNames(registry);
  for (const { name } of origins) {
    const ref = sourceRef(name);
    const [before, after] = [readRef(gitdir, ref), plan.get(ref)];
    if (!configured.has(name) || before === undefined || after === undefined) continue;
    // A source that is asked here too may have said more since, by its own clock.
    if (objects.commit(before).time > objects.commit(after).time) plan.delete(ref);
    else if (before !== after) await guardHistory(registry, name, before, after, report);
  }
  for (const [name, tip] of plan) {
    if (VIEWS.includes(name) || readRef(gitdir, name) === tip) continue;
    const isPin = name.startsWith("refs/pins/");
    const before = readRef(gitdir, name);
    // What is pinned here stays: clients have had it.
    if (isPin && before !== undefined && !isAncestor(objects, before, tip)) continue;
    await writeRef(gitdir, name, tip);
  }
}

/** Forgets origins that this series brought before and does not any more. */
async function dropOrigins(
  registry: Registry,
  former: readonly ImportedOrigin[],
  now: readonly ImportedOrigin[],
): Promise<void> {
  const kept = new Set([...now.map(({ name }) => name), ...configuredNames(registry)]);
  for (const { name } of former) {
    if (kept.has(name)) continue;
    for (const ref of [sourceRef(name), pinsRef(name)]) await deleteRef(registry.paths.index, ref);
  }
}

const configuredNames = ({ config }: Registry): Set<string> =>
  new Set(config.sources.map(({ name }) => name));

/** A bundle whose refs are here, but for the views. */
interface Applied {
  readonly manifest: Manifest;
  readonly plan: ReadonlyMap<string, Oid>;
  readonly origins: readonly ImportedOrigin[];
  /** The newest bundles of other series. */
  readonly others: readonly KnownBundle[];
  /** Archives that go when the views do not list them any more. */
  readonly leaving: ReadonlySet<string>;
}

async function moveViews(registry: Registry, applied: Applied, report: Report): Promise<void> {
  const { paths, objects } = registry;
  const { manifest, plan, others, leaving } = applied;
  const offer = await currentOffer(registry);
  // What a policy of this registry holds back, no bundle may list.
  if (offer.held.length === 0 && (await isReplica(registry, applied))) {
    for (const name of VIEWS) {
      const tip = plan.get(name);
      if (tip !== undefined && readRef(paths.index, name) !== tip) {
        await writeRef(paths.index, name, tip);
      }
    }
    return;
  }
  for (const each of [manifest, ...others.map((bundle) => bundle.manifest)]) {
    if (isOwnSeries(registry, each.series)) continue;
    const tips = [...tipsOf(each)].filter(([, tip]) => objects.has(tip));
    await keepCarried(paths, each.series, new Map(tips));
  }
  await updateViews(registry, offer, report, { leaving });
}

const tipsOf = ({ refs }: Pick<Manifest, "refs">): Map<string, Oid> =>
  new Map(refs.flatMap(({ name, new: tip }) => (tip === null ? [] : [[name, tip]])));

/**
 * Where refs are to be. Those with a history of their own only go forward.
 *
 * @throws {Failure} "exists" when both registries have published, or that one was set back and published since
 */
export function planRefs(
  registry: Registry,
  manifest: Manifest,
  { pack }: StagedBundle,
): Map<string, Oid> {
  const plan = new Map<string, Oid>();
  for (const [name, tip] of tipsOf(manifest)) {
    const read = unlessDamaged(() => readRef(registry.paths.index, name));
    // Where it stood is noted beside the index: `requireOwnTips` asks that.
    const here = read instanceof Failure ? undefined : read;
    const isBranch = name.startsWith("refs/heads/") && !VIEWS.includes(name);
    if (isBranch && here !== undefined && !isAncestor(pack.objects, here, tip)) {
      // It is ahead of the bundle.
      if (isAncestor(pack.objects, tip, here)) continue;
      // What is here came with this series, and nobody published here.
      throw isBroughtBy(registry, manifest.series, name, here)
        ? lacksPublications(manifest, name)
        : new Failure(
            "exists",
            `${name} has one history in the bundle and another here: both registries have published`,
            "publish in one of the two, and carry bundles to the other",
          );
    }
    plan.set(name, tip);
  }
  return plan;
}

function lacksPublications({ registry, number }: Manifest, ref: string): Failure {
  return new Failure(
    "exists",
    `bundle ${number} of ${JSON.stringify(registry)} lacks publications that it brought here before, and has others: that registry was set back, and published since (${ref})`,
    "make this replica anew, with `init` and `import` of a whole bundle; docs/backup.md tells how",
  );
}

/** A bundle on another base than what is here may lack what was removed in between and came back. */
async function warnOfLacking(
  registry: Registry,
  stored: Oid | undefined,
  report: Report,
): Promise<void> {
  if (stored === undefined) return;
  for (const [sha256, { module, version }] of await archivesOf(registry, [stored])) {
    if (registry.archives.has(sha256)) continue;
    const message = `${module}@${version} is neither in the bundle nor here; a whole bundle would bring it`;
    report({ type: "warning", message });
  }
}

/** Archives that were the exporting registry's and are not any more. */
async function removedSince(
  manifest: Manifest,
  newest: KnownBundle | undefined,
  { pack }: StagedBundle,
): Promise<string[]> {
  if (manifest.base !== null || newest === undefined) return [...manifest.removed];
  // A whole bundle names none; what it follows tells.
  const now = await archivesOf(pack, listedTips(pack.objects, manifest.refs));
  const before = await archivesOf(pack, listedTips(pack.objects, newest.manifest.refs));
  return [...before.keys()].filter((hash) => !now.has(hash));
}

/** The refs of a bundle that tell what it lists as stored, as far as their objects are here. */
function listedTips(objects: ObjectReader, refs: Manifest["refs"]): Oid[] {
  return refs.flatMap(({ name, new: tip }) =>
    tip !== null && (name === STORED_VIEW || name === PUBLISHED) && objects.has(tip) ? [tip] : [],
  );
}

/**
 * Archives that are needed whatever came: published here, offered by a source of its own, pointed at,
 * or listed by what other series brought last.
 */
async function neededArchives(
  registry: Registry,
  others: readonly KnownBundle[],
): Promise<ReadonlyMap<string, unknown>> {
  const { paths, objects } = registry;
  const own = [...configuredNames(registry)].map(sourceRef);
  const tips = [
    ...[...own, PUBLISHED].flatMap((name) => readRef(paths.index, name) ?? []),
    ...others.flatMap(({ manifest }) => listedTips(objects, manifest.refs)),
  ];
  return new Map<string, unknown>([
    ...(await archivesOf(registry, tips)),
    ...pointedArchives(registry),
  ]);
}

/** Whether all that is here came with this series of bundles, and the views may simply move on. */
async function isReplica(
  { paths, objects, config, archives }: Registry,
  { plan, origins, manifest: { series } }: Applied,
): Promise<boolean> {
  if (config.sources.some(({ enabled }) => enabled)) return false;
  if (origins.some((origin) => origin.series !== series)) return false;
  const { index } = paths;
  if (readRef(index, PUBLISHED) !== plan.get(PUBLISHED)) return false;
  const others = [...listRefs(index, "refs/remotes/"), ...listRefs(index, "refs/pins/")];
  if (others.some(([name, tip]) => plan.get(name) !== tip)) return false;
  const isForward = VIEWS.every((name) => {
    const [here, tip] = [readRef(index, name), plan.get(name)];
    return here === undefined || (tip !== undefined && isAncestor(objects, here, tip));
  });
  if (!isForward) return false;
  const stored = plan.get(STORED_VIEW);
  const listed = await archivesOf({ objects }, stored === undefined ? [] : [stored]);
  return [...listed.keys()].every((sha256) => archives.has(sha256));
}
