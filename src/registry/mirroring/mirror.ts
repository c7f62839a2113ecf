/** Brings archives here: refresh the sources, plan, download what is missing, show it. */
import picomatch from "picomatch";
import { cleanTemporary, storedSize } from "../../archives/mod.ts";
import { rememberPackages } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { readRef, repackIfMany } from "../../git/mod.ts";
import type { Entry } from "../../index/mod.ts";
import { type AssetCounts, mirrorAssets } from "../assets/assets.ts";
import type { Report } from "../events.ts";
import { type Registry, servedView } from "../open.ts";
import { PUBLISHED_ORIGIN, STORED_VIEW } from "../paths.ts";
import { openState, type State } from "../state.ts";
import { currentOffer, type Offer, offerOfNow, openOrigins } from "../views/offer.ts";
import { forgetRemovedSources } from "../views/origin-tips.ts";
import { countHeld, type HeldVersion, heldFailure } from "../views/policy.ts";
import { versionsLost } from "../views/view-size.ts";
import { type ListingChange, updateViews, type ViewOptions } from "../views/views.ts";
import { fetching, moving } from "../writing.ts";
import { type Fetched, type FetchOptions, fetchAll } from "./fetch.ts";
import { EVERYTHING, type Plan, planMirror, type Selection } from "./plan.ts";
import { type RefreshOutcome, refreshSources } from "./refresh.ts";
import { autoPush } from "./remote.ts";
import {
  type SelectionOptions,
  selectionOf,
  selectionsToSync,
  withSelection,
} from "./selection.ts";

export interface MirrorOptions extends SelectionOptions, FetchOptions {
  /** Say what would be done; download nothing. */
  readonly dryRun?: boolean;
  /** Remember the patterns in `mirror.packages` too, when it has gone well. */
  readonly save?: boolean;
  /** Of a dry run: go by the indexes that are here, and ask no source. */
  readonly offline?: boolean;
}

interface Carried extends Fetched {
  readonly modules: number;
  readonly versions: number;
  readonly alreadyStored: number;
  readonly elapsedMs: number;
  readonly dryRun: boolean;
  /** Patterns that match no module. */
  readonly unmatched: readonly string[];
  /** Of prebuilt programs, when they were asked for. */
  readonly assets?: AssetCounts;
  /** What would be downloaded; of a dry run only. */
  readonly plan?: readonly { module: string; version: string }[];
}

export interface MirrorSummary extends Carried {
  /** Those that were asked what is new. */
  readonly sources: readonly {
    name: string;
    outcome: RefreshOutcome["outcome"];
    message?: string;
  }[];
  /** Those that failed, or were not waited for, and may have had something for it. */
  readonly missed: readonly string[];
}

/**
 * Mirrors modules and, unless `strict`, what they need. What is stored is not fetched again, so a
 * second run goes on where the first ended.
 *
 * @throws {Failure} for an unknown source, or when no source can be reached
 */
export async function mirror(
  registry: Registry,
  options: MirrorOptions,
  report: Report,
): Promise<MirrorSummary> {
  const started = performance.now();
  const selection = selectionOf(registry.config, options);
  const { source, patterns } = selection;
  const take = async (outcomes: readonly RefreshOutcome[], state?: State) => {
    const offer = await currentOffer(registry);
    const plan = planMirror(offer.catalog, [selection]);
    if (plan.unmatched.length === selection.patterns.length) {
      // What the sources list is known by now, and a wrong word is no reason to hide it.
      if (!options.dryRun) await refreshViews(registry, offer, report);
      throw shadowedFailure(registry, offer, selection) ?? noMatch(selection, offer.held);
    }
    if (!options.dryRun) state?.changeSelections((all) => withSelection(all, selection));
    const careful = { ...options, careful: true };
    const done = await carryOut(registry, offer, [selection], plan, careful, report, started);
    return { ...done, sources: outcomes.map(described), missed: missed(outcomes, source, plan) };
  };
  // It writes nothing, so it needs nobody's leave.
  if (options.dryRun && options.offline) return await take([]);
  const summary = await writing(registry, "mirror", report, options.signal, async (state) => {
    const refresh = () => refreshSources(registry, source, patterns, state, report, options);
    const ask = () => (options.dryRun ? refresh() : shownInAnyCase(registry, report, refresh));
    return await take(await ask(), state);
  });
  if (options.save) rememberPackages(registry.config.file, selection.patterns);
  return summary;
}

/**
 * Whoever failed. Of one source only: who comes before it, and may own what it offers; who owns what that needs;
 * and when there is something that nobody has, anybody.
 */
function missed(
  outcomes: readonly RefreshOutcome[],
  source: string | undefined,
  { origins, unmet }: Plan,
): string[] {
  const names = outcomes.map(({ name }) => name);
  const silent = outcomes.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
  const isBefore = (name: string) => names.indexOf(name) < names.indexOf(source!);
  return silent
    .map(({ name }) => name)
    .filter(
      (name) => source === undefined || unmet.length > 0 || isBefore(name) || origins.has(name),
    );
}

/** Refreshes every enabled source and mirrors what is new of what was mirrored before. */
export async function sync(
  registry: Registry,
  options: FetchOptions,
  report: Report,
): Promise<MirrorSummary> {
  const started = performance.now();
  return await writing(registry, "sync", report, options.signal, async (state) => {
    const selections = selectionsToSync(registry.config, state);
    const patterns = selections.flatMap((selection) => selection.patterns);
    const outcomes = await shownInAnyCase(registry, report, () =>
      refreshSources(registry, undefined, patterns, state, report, options),
    );
    const offer = await currentOffer(registry);
    const plan = planMirror(offer.catalog, selections);
    const summary = await carryOut(registry, offer, selections, plan, options, report, started);
    const sources = outcomes.map(described);
    return { ...summary, sources, missed: missed(outcomes, undefined, plan) };
  });
}

export interface Recomputed extends ListingChange {
  /** Stored versions that are listed no longer. */
  readonly unlisted: number;
}

/** Recomputes what is served from what is here; for when the sources' settings changed. */
export async function recompute(
  registry: Registry,
  report: Report = () => {},
): Promise<Recomputed> {
  return await fetching(registry, "recompute", async () => {
    const { paths, objects } = registry;
    const change = await moving(registry, "recompute", async () => {
      const before = readRef(paths.index, STORED_VIEW);
      await forgetRemovedSources(registry);
      const listing = await updateViews(registry, await currentOffer(registry), report);
      const after = readRef(paths.index, STORED_VIEW);
      return { ...listing, unlisted: await versionsLost(objects, before, after) };
    });
    await autoPush(registry, report);
    return change;
  });
}

/** What other sources brought is shown also when the one that is needed fails. */
async function shownInAnyCase<T>(
  registry: Registry,
  report: Report,
  refresh: () => Promise<T>,
): Promise<T> {
  try {
    return await refresh();
  } catch (error) {
    const isFailure = error instanceof Failure && error.code !== "interrupted";
    if (isFailure) await refreshViews(registry, await currentOffer(registry), report);
    throw error;
  }
}

/** Shows what an offer had, and what was published since. */
async function refreshViews(
  registry: Registry,
  offer: Offer,
  report: Report,
  options: ViewOptions = {},
): Promise<ListingChange> {
  return await moving(registry, "mirror", async () =>
    updateViews(registry, await offerOfNow(registry, offer), report, options),
  );
}

function described(each: RefreshOutcome): MirrorSummary["sources"][number] {
  const { name, outcome } = each;
  return each.outcome === "failed"
    ? { name, outcome, message: each.failure.message }
    : { name, outcome };
}

async function writing<T extends MirrorSummary>(
  registry: Registry,
  command: string,
  report: Report,
  signal: AbortSignal | undefined,
  work: (state: State) => Promise<T>,
): Promise<T> {
  return await fetching(registry, command, async () => {
    const state = openState(registry.paths.state, registry.stateWaitMs);
    try {
      await cleanTemporary(registry.paths.packages);
      const result = await work(state);
      await noteStored(registry, state, result);
      if (!result.dryRun) await autoPush(registry, report, signal === undefined ? {} : { signal });
      await moving(registry, command, () =>
        repackIfMany(registry.paths.index, registry.objects, servedView(registry)),
      );
      return result;
    } finally {
      state.close();
    }
  });
}

/** Notes how much is stored: it costs a look at every archive, so only when there is more, or once a day. */
async function noteStored(
  { archives }: Registry,
  state: State,
  { dryRun, downloaded }: MirrorSummary,
): Promise<void> {
  const now = new Date();
  if (dryRun || (downloaded === 0 && state.hasStored(now))) return;
  state.recordStored((await storedSize(archives, await archives.list())).bytes, now);
}

interface CarryOptions extends FetchOptions {
  readonly dryRun?: boolean;
  /** Whether to look at each archive that is here: a power cut may have left no bytes of it. */
  readonly careful?: boolean;
}

async function carryOut(
  registry: Registry,
  offer: Offer,
  selections: readonly Selection[],
  plan: Plan,
  options: CarryOptions,
  report: Report,
  started: number,
): Promise<Carried> {
  const { catalog, held } = offer;
  warn(plan, held, report);
  if (held.length > 0) report({ type: "held", ...countHeld(held) });
  const stored = await registry.archives.list();
  const isStored = ({ checksum }: Entry) =>
    stored.has(checksum) && (!options.careful || registry.archives.has(checksum));
  const missing = plan.entries.filter((entry) => !isStored(entry));
  const counts = {
    modules: new Set(plan.entries.map((entry) => entry.module)).size,
    versions: plan.entries.length,
    alreadyStored: plan.entries.length - missing.length,
  };
  const { modules, versions, alreadyStored } = counts;
  report({ type: "planned", modules, versions, stored: alreadyStored, missing: missing.length });
  const elapsed = () => ({ elapsedMs: performance.now() - started });
  const { unmatched } = plan;
  if (options.dryRun) {
    const toFetch = missing.map(({ module, version }) => ({ module, version }));
    const none = { downloaded: 0, failed: 0, bytes: 0, failures: {} };
    return { ...counts, ...none, unmatched, dryRun: true, plan: toFetch, ...elapsed() };
  }
  try {
    const fetched = await fetchAll(registry, catalog, missing, options, report);
    const withAssets = planMirror(
      catalog,
      selections.filter(({ assets }) => assets),
    ).entries;
    const done = { ...counts, ...fetched, unmatched, dryRun: false };
    if (withAssets.length === 0) return { ...done, ...elapsed() };
    const assets = await mirrorAssets(registry, catalog, withAssets, options, report);
    return { ...done, assets, ...elapsed() };
  } finally {
    // Also after Ctrl-C: what did arrive is here to stay, and may be shown.
    const arrived = missing.map(({ module }) => module);
    await refreshViews(registry, offer, report, { arrived });
  }
}

/** When the one source that is asked does offer it, and another comes first. */
function shadowedFailure(
  registry: Registry,
  { catalog }: Offer,
  { patterns, source }: Selection,
): Failure | undefined {
  if (source === undefined) return undefined;
  const offered =
    openOrigins(registry)
      .find(({ name }) => name === source)
      ?.modules.keys() ?? [];
  const isWanted = picomatch([...patterns], { dot: true });
  for (const module of offered) {
    const owner = isWanted(module) ? catalog.get(module)?.origin : undefined;
    if (owner === undefined || owner === source) continue;
    const who = owner === PUBLISHED_ORIGIN ? "published here" : `of source ${owner}`;
    return new Failure(
      "not-found",
      `source ${source} offers ${module}, but it is ${who}, which comes first`,
      "a module belongs to one origin; `source list --conflicts` shows what is shadowed",
    );
  }
  return undefined;
}

function noMatch({ patterns, source }: Selection, held: readonly HeldVersion[]): Failure {
  const where = source === undefined ? "any source" : `source ${source}`;
  const hidden = held.find(({ module }) =>
    patterns.some((pattern) => picomatch.isMatch(module, pattern, { dot: true })),
  );
  if (hidden) return heldFailure(hidden.module, hidden.version, hidden.hold);
  return patterns.includes(EVERYTHING)
    ? new Failure("not-found", `there is no module in ${where}`)
    : new Failure(
        "not-found",
        `no module of ${where} matches ${patterns.join(", ")}`,
        "patterns are owner/name, such as `moonbitlang/*`; quote them, or the shell takes the star",
      );
}

function warn(plan: Plan, held: readonly HeldVersion[], report: Report): void {
  const holds = new Map(held.map((each) => [`${each.module}@${each.version}`, each.hold]));
  for (const pattern of plan.unmatched) {
    report({ type: "warning", message: `${pattern} matches no module` });
  }
  for (const { module, version, neededBy } of plan.unmet) {
    const hold = holds.get(`${module}@${version}`);
    const message = hold
      ? `${heldFailure(module, version, hold).message}; ${neededBy} needs it`
      : `no source has ${module}@${version}, which ${neededBy} needs`;
    report({ type: "warning", message });
  }
}
