/** Brings the served views up to date with the sources' indexes and the store. */
import { createObjectBatch, deleteRef, listRefs, type Oid, readRef, writeRef } from "../git/mod.ts";
import {
  type Catalog,
  commitChange,
  encodeModuleFile,
  type Overlay,
  openSnapshot,
  overlay,
  readCatalog,
  readIndexTree,
  writeIndexTree,
  writeView,
} from "../index/mod.ts";
import { sourceRef } from "../sources/mod.ts";
import type { Report } from "./events.ts";
import { enabledSources, type Registry } from "./open.ts";
import { importedOrigins } from "./origins.ts";
import { ALL_VIEW, PUBLISHED, PUBLISHED_ORIGIN, STORED_VIEW } from "./paths.ts";
import { applyPolicy, createPolicy, type HeldVersion } from "./policy.ts";
import { joinedParents, leaveToSources, PUSHED, REMOTE, sharedView } from "./remote-origin.ts";
import { pinsRef, readPins } from "./rewrites.ts";

export interface OriginTip {
  readonly name: string;
  readonly tip: Oid;
}

/**
 * Whoever offers modules, the most trusted first: what was published here, the shared index, the
 * enabled sources whose index is here.
 */
export function originTips(registry: Registry): OriginTip[] {
  const published = readRef(registry.paths.index, PUBLISHED);
  const own = published === undefined ? [] : [{ name: PUBLISHED_ORIGIN, tip: published }];
  const { remoteUrl } = registry.config.git;
  const remote = remoteUrl ? readRef(registry.paths.index, sourceRef(REMOTE)) : undefined;
  const shared = remote === undefined ? [] : [{ name: REMOTE, tip: remote }];
  return [...own, ...shared, ...sourceTips(registry)];
}

/** The enabled sources and imported origins whose index is here, the first to be asked first. */
export function sourceTips(registry: Registry): OriginTip[] {
  const configured = new Set(registry.config.sources.map(({ name }) => name));
  const imported = importedOrigins(registry.paths).filter(
    ({ name, enabled }) => enabled && !configured.has(name),
  );
  const all = [...enabledSources(registry), ...imported].sort((a, b) => a.priority - b.priority);
  return all.flatMap(({ name }) => {
    const tip = readRef(registry.paths.index, sourceRef(name));
    return tip === undefined ? [] : [{ name, tip }];
  });
}

/** Drops the indexes of sources that are configured no more: another may come under the name. */
export function forgetRemovedSources({ config, paths }: Registry): void {
  const names = [...config.sources, ...importedOrigins(paths)].map(({ name }) => name);
  if (config.git.remoteUrl) names.push(REMOTE);
  const known = new Set(names.flatMap((name) => [sourceRef(name), pinsRef(name)]));
  if (config.git.remoteUrl) known.add(PUSHED);
  const refs = ["refs/remotes/", "refs/pins/"].flatMap((prefix) => [
    ...listRefs(paths.index, prefix).keys(),
  ]);
  for (const ref of refs) if (!known.has(ref)) deleteRef(paths.index, ref);
}

/** Who owns which module now. */
export function currentOverlay(registry: Registry): Overlay<Oid> {
  const { objects } = registry;
  const origins = originTips(registry).map(({ name, tip }) => ({
    name,
    modules: readIndexTree(objects, objects.commit(tip).tree),
  }));
  return overlay(leaveToSources(objects, origins));
}

export interface Offer {
  readonly catalog: Catalog;
  readonly held: readonly HeldVersion[];
}

/** What is offered and the policy lets through, read, and what it does not. */
export function currentOffer(registry: Registry): Offer {
  const { objects, paths, config } = registry;
  const pins = new Map(originTips(registry).map(({ name }) => [name, readPins(registry, name)]));
  const offered = readCatalog(objects, currentOverlay(registry), (origin, module) =>
    pins.get(origin)?.get(module),
  );
  const tip = readRef(paths.index, ALL_VIEW);
  const listed = tip === undefined ? undefined : openSnapshot(objects, tip);
  return applyPolicy(offered, createPolicy(config.policy), Date.now(), (entry) => {
    const before = listed?.version(entry.module, entry.version);
    return before?.entry.checksum === entry.checksum;
  });
}

/** How a listing differs from the one before, in modules. */
export interface ListingChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With other lines than before. */
  readonly changed: readonly string[];
}

export interface ViewOptions {
  /** Archives that are about to be deleted: stored no more. */
  readonly leaving?: ReadonlySet<string>;
  /** A commit that the shared view is to go on from too. */
  readonly join?: Oid | undefined;
}

/**
 * Moves both views to what the sources and the store say now. Commits only what changed. The caller
 * holds the lock.
 *
 * @returns what is new about the view that lists all
 */
export async function updateViews(
  registry: Registry,
  catalog: Catalog,
  report: Report,
  { leaving = new Set(), join }: ViewOptions = {},
): Promise<ListingChange> {
  for (const [module, { origin, bad }] of catalog) {
    for (const { line, problem } of bad) {
      const message = `source ${origin}: ${module}, line ${line}: ${problem}; not served`;
      report({ type: "warning", message });
    }
  }
  const stored = await registry.archives.list();
  const joined = sharedView(registry);
  const update = (ref: string, isListed: (checksum: string) => boolean) =>
    updateView(registry, catalog, ref, isListed, ref === joined ? join : undefined);
  const change = await update(ALL_VIEW, () => true);
  await update(STORED_VIEW, (checksum) => stored.has(checksum) && !leaving.has(checksum));
  return change;
}

async function updateView(
  registry: Registry,
  catalog: Catalog,
  ref: string,
  isListed: (checksum: string) => boolean,
  join: Oid | undefined,
): Promise<ListingChange> {
  const { objects } = registry;
  const gitdir = registry.paths.index;
  const batch = createObjectBatch(gitdir, objects.has);
  const { tree, files } = writeView(batch, catalog, (entry) => isListed(entry.checksum));
  const current = readRef(gitdir, ref);
  const before =
    current === undefined ? new Map() : readIndexTree(objects, objects.commit(current).tree);
  const change = compare(before, files);
  if (current === undefined && files.size === 0) return change;
  const tips = originTips(registry).map(({ tip }) => tip);
  const times = tips.map((tip) => objects.commit(tip).time);
  const parents = joinedParents(objects, current, join);
  const commit = commitChange(batch, objects, {
    ...parents,
    tree,
    notThese: new Set(tips),
    time: Math.max(0, ...times),
    modules: [...change.added, ...change.removed, ...change.changed].sort(),
  });
  await batch.write();
  const next = commit ?? parents.parent;
  if (next !== undefined && next !== current) await writeRef(gitdir, ref, next);
  return change;
}

/** Lists in the stored view what is stored of these modules by now. The caller holds the lock. */
export async function listStored(registry: Registry, modules: Iterable<string>): Promise<void> {
  const { objects, archives, paths } = registry;
  const all = readRef(paths.index, ALL_VIEW);
  if (all === undefined) return;
  const listed = openSnapshot(objects, all);
  const parent = readRef(paths.index, STORED_VIEW);
  const files = new Map(
    parent === undefined ? [] : readIndexTree(objects, objects.commit(parent).tree),
  );
  const batch = createObjectBatch(paths.index, objects.has);
  const changed: string[] = [];
  for (const module of modules) {
    const lines = listed.module(module)?.lines ?? [];
    const stored = lines.filter(({ entry }) => archives.has(entry.checksum));
    if (stored.length === 0) continue;
    files.set(
      module,
      stored.length === lines.length
        ? listed.modules().get(module)!
        : batch.add("blob", encodeModuleFile(stored)),
    );
    changed.push(module);
  }
  if (changed.length === 0) return;
  const commit = commitChange(batch, objects, {
    parent,
    tree: writeIndexTree(batch, files),
    time: objects.commit(all).time,
    modules: changed.sort(),
  });
  await batch.write();
  if (commit) await writeRef(paths.index, STORED_VIEW, commit);
}

function compare(before: ReadonlyMap<string, Oid>, after: ReadonlyMap<string, Oid>): ListingChange {
  const names = [...after.keys()];
  return {
    added: names.filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !after.has(name)),
    changed: names.filter((name) => before.has(name) && before.get(name) !== after.get(name)),
  };
}
