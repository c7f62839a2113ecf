/**
 * Brings the served views up to date with the origins' indexes, the policy and the store. Of what was
 * shown before only those modules are looked at again that may be shown otherwise now.
 */
import { createObjectBatch, type ObjectBatch, type Oid, readRef } from "../../git/mod.ts";
import {
  type Change,
  commitTo,
  editIndexTree,
  type ModuleChange,
  openModules,
  readIndexTree,
  writeIndexTree,
} from "../../index/mod.ts";
import type { Report } from "../events.ts";
import { type Registry, servedView } from "../open.ts";
import { noteOwnTips } from "../own-branches.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { type Offer, viewTrees } from "./offer.ts";
import { originTips } from "./origin-tips.ts";
import { joinedParents } from "./remote-origin.ts";
import { rememberStored } from "./store-change.ts";
import { type MadeFiles, makeFiles, type ViewFiles } from "./view-files.ts";
import { countModules, recordViews, type ViewRecord } from "./view-record.ts";

/** How a listing differs from the one before, in modules, by name. */
export interface ListingChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With other lines than before. */
  readonly changed: readonly string[];
}

export interface ViewOptions {
  /** Archives that are about to be deleted: stored no more. */
  readonly leaving?: ReadonlySet<string>;
  /** Modules of which archives may have come: it spares looking for whose those are. */
  readonly arrived?: Iterable<string>;
  /** A commit that the shared view is to go on from too. */
  readonly join?: Oid | undefined;
}

/**
 * Moves both views to what the offer and the store say now. Commits only what changed. The caller
 * holds the lock, and no origin has moved since the offer was made.
 *
 * @returns what is new about the view that lists all
 */
export async function updateViews(
  registry: Registry,
  offer: Offer,
  report: Report,
  { leaving = new Set(), arrived = [], join }: ViewOptions = {},
): Promise<ListingChange> {
  const { objects, paths } = registry;
  const here = await registry.archives.list();
  for (const sha256 of leaving) here.delete(sha256);
  const batch = createObjectBatch(paths.index, objects.has);
  const made = await makeFiles(registry, offer, here, arrived, batch);
  for (const { module, origin, line, problem } of made.bad) {
    const message = `source ${origin}: ${module}, line ${line}: ${problem}; not served`;
    report({ type: "warning", message });
  }
  const joined = servedView(registry);
  const change = (ref: string, files: ViewFiles) =>
    viewChange(registry, batch, ref, files, ref === joined ? join : undefined);
  const all = change(ALL_VIEW, made.all);
  const stored = change(STORED_VIEW, made.stored);
  const changes = new Map<string, Change>();
  if (all.commit) changes.set(ALL_VIEW, all.commit);
  if (stored.commit) changes.set(STORED_VIEW, stored.commit);
  await commitTo(paths.index, objects, batch, changes);
  // Side by side: each waits for the disk, and neither says anything of the other. Both end before the lock is given up.
  const notes = [noteOwnTips(registry), remember(registry, offer, made, here)];
  for (const note of await Promise.allSettled(notes)) {
    if (note.status === "rejected") throw note.reason;
  }
  return all.listing;
}

/** What is new about a view, and the commit that it is to get. */
function viewChange(
  registry: Registry,
  batch: ObjectBatch,
  ref: string,
  { files, isWhole }: ViewFiles,
  join: Oid | undefined,
): { listing: ListingChange; commit: Change | undefined } {
  const { objects, paths } = registry;
  const current = readRef(paths.index, ref);
  const root = current === undefined ? undefined : objects.commit(current).tree;
  const changes = isWhole
    ? wholeChanges(registry, root, files)
    : someChanges(registry, root, files);
  const listing = listingChange(changes);
  if (current === undefined && changes.size === 0) return { listing, commit: undefined };
  const edits = new Map([...changes].map(([module, { after }]) => [module, after]));
  const tips = originTips(registry).map(({ tip }) => tip);
  const commit = {
    ...joinedParents(objects, current, join),
    tree: isWhole
      ? writeIndexTree(batch, defined(files))
      : editIndexTree(batch, objects, root, edits),
    notThese: new Set(tips),
    time: Math.max(0, ...tips.map((tip) => objects.commit(tip).time)),
    modules: [...changes.keys()].sort(),
  };
  return { listing, commit };
}

type Changes = Map<string, ModuleChange>;

function someChanges(
  { objects }: Registry,
  root: Oid | undefined,
  files: ViewFiles["files"],
): Changes {
  const modules = root === undefined ? undefined : openModules(objects, root);
  const changes = [...files].map(
    ([name, after]) => [name, { before: modules?.get(name), after }] as const,
  );
  return new Map(changes.filter(([, { before, after }]) => before !== after));
}

function wholeChanges(
  { objects }: Registry,
  root: Oid | undefined,
  files: ViewFiles["files"],
): Changes {
  const before = root === undefined ? new Map<string, Oid>() : readIndexTree(objects, root);
  const names = new Set([...before.keys(), ...files.keys()]);
  const changes = [...names].map(
    (name) => [name, { before: before.get(name), after: files.get(name) }] as const,
  );
  return new Map(changes.filter(([, each]) => each.before !== each.after));
}

function defined(files: ViewFiles["files"]): Map<string, Oid> {
  return new Map([...files].flatMap(([name, blob]) => (blob === undefined ? [] : [[name, blob]])));
}

function listingChange(changes: Changes): ListingChange {
  const those = (is: (change: ModuleChange) => boolean) =>
    [...changes].flatMap(([name, change]) => (is(change) ? [name] : [])).sort();
  return {
    added: those(({ before }) => before === undefined),
    removed: those(({ after }) => after === undefined),
    changed: those(({ before, after }) => before !== undefined && after !== undefined),
  };
}

/** Notes what the views were made of. */
async function remember(
  registry: Registry,
  { inputs, held, former, at }: Offer,
  { bad }: MadeFiles,
  here: ReadonlySet<string>,
): Promise<void> {
  const counts = inputs.origins.map(({ name, tree }) => [
    name,
    countModules(registry.objects, former?.record, name, tree),
  ]);
  const record: ViewRecord = {
    inputs,
    views: viewTrees(registry),
    counts: Object.fromEntries(counts),
    held,
    bad,
    stored: await rememberStored(here),
    madeAt: former ? former.record.madeAt : at,
  };
  await recordViews(registry.paths, record, former?.record);
}
