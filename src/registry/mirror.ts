/** Brings archives here: refresh the sources, plan, download what is missing, show it. */
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, download, forEachLimit } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import type { Catalog, Entry } from "../index/mod.ts";
import { archiveRequest } from "../sources/mod.ts";
import type { FailureReason, Report } from "./events.ts";
import { withLock } from "./lock.ts";
import type { Registry } from "./open.ts";
import { EVERYTHING, type Plan, planMirror, type Selection } from "./plan.ts";
import { type RefreshOutcome, refreshSources, requireSome } from "./refresh.ts";
import { openState, type State } from "./state.ts";
import { currentCatalog, updateViews } from "./views.ts";

export interface MirrorOptions {
  readonly patterns: readonly string[];
  /** Default: the default source, or every enabled one when there is none. */
  readonly source?: string;
  readonly full?: boolean;
  readonly strict?: boolean;
  readonly latest?: number;
  readonly since?: Date;
  readonly dryRun?: boolean;
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface MirrorSummary {
  readonly modules: number;
  readonly versions: number;
  readonly downloaded: number;
  readonly alreadyStored: number;
  readonly failed: number;
  /** Downloaded bytes. */
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly failures: Partial<Record<FailureReason, number>>;
  readonly dryRun: boolean;
  /** What would be downloaded; of a dry run only. */
  readonly plan?: readonly { module: string; version: string }[];
}

export interface SyncSummary extends MirrorSummary {
  readonly sources: readonly {
    name: string;
    outcome: "unchanged" | "updated" | "failed";
    message?: string;
  }[];
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
  const selection = selectionOf(registry, options);
  return await writing(registry, "mirror", async (state) => {
    const sources = registry.config.sources.filter((source) => source.enabled);
    const wanted = selection.source;
    const outcomes = await refreshSources(registry, sources, state, report);
    requireSome(wanted ? outcomes.filter(({ name }) => name === wanted) : outcomes, report);
    if (wanted) reportOthers(outcomes, wanted, report);
    if (!options.dryRun) state.remember(selection);
    return await fetchMissing(registry, [selection], options, report, started);
  });
}

/** Refreshes every enabled source and mirrors what is new of what was mirrored before. */
export async function sync(
  registry: Registry,
  options: { readonly concurrency?: number; readonly signal?: AbortSignal },
  report: Report,
): Promise<SyncSummary> {
  const started = performance.now();
  return await writing(registry, "sync", async (state) => {
    const sources = registry.config.sources.filter((source) => source.enabled);
    if (sources.length === 0) throw noSource(registry);
    const outcomes = await refreshSources(registry, sources, state, report);
    requireSome(outcomes, report);
    const { packages } = registry.config.mirror;
    const remembered = packages.length > 0 ? [{ patterns: packages }] : [];
    const selections = [...remembered, ...state.selections()];
    const summary = await fetchMissing(registry, selections, options, report, started);
    return { ...summary, sources: outcomes.map(described) };
  });
}

/** Recomputes what is served from what is here; for when the sources' settings changed. */
export async function recompute(registry: Registry, report: Report = () => {}): Promise<void> {
  await withLock(registry.paths.lock, "recompute", async () => {
    await updateViews(registry, currentCatalog(registry), report);
  });
}

function selectionOf(registry: Registry, options: MirrorOptions): Selection {
  const { config } = registry;
  const patterns = options.full
    ? [EVERYTHING]
    : options.patterns.length > 0
      ? options.patterns
      : config.mirror.packages;
  if (patterns.length === 0) {
    throw new Failure(
      "usage",
      "nothing to mirror was named",
      'name modules, such as `mirror "moonbitlang/*"`, or take everything with `mirror --full`',
    );
  }
  if (!config.sources.some((source) => source.enabled)) throw noSource(registry);
  const source = options.source ?? config.defaultSource;
  if (source !== undefined) requireEnabled(config.sources, source);
  return {
    patterns,
    ...(source !== undefined && { source }),
    ...(options.strict && { strict: true }),
    ...(options.latest !== undefined && { latest: options.latest }),
    ...(options.since !== undefined && { since: options.since.getTime() }),
  };
}

function requireEnabled(sources: readonly SourceConfig[], name: string): void {
  const source = sources.find((each) => each.name === name);
  if (!source) {
    const names = sources.map((each) => each.name).join(", ");
    throw new Failure("not-found", `there is no source ${name}`, `the sources are: ${names}`);
  }
  if (!source.enabled) {
    const hint = `enable it with \`source enable ${name}\`, or name another with -s`;
    throw new Failure("usage", `source ${name} is disabled`, hint);
  }
}

function noSource(registry: Registry): Failure {
  return new Failure(
    "config",
    registry.config.sources.length === 0
      ? "there is no source to mirror from"
      : "every source is disabled",
    registry.config.sources.length === 0
      ? "add one: `source add mooncakes --from-preset mooncakes`"
      : "enable one with `source enable NAME`; `source list` shows them",
  );
}

function reportOthers(outcomes: readonly RefreshOutcome[], wanted: string, report: Report): void {
  for (const each of outcomes) {
    if (each.name !== wanted && each.outcome === "failed") {
      report({ type: "warning", message: `${each.failure.message}; going on without` });
    }
  }
}

function described(each: RefreshOutcome): SyncSummary["sources"][number] {
  const { name, outcome } = each;
  return each.outcome === "failed"
    ? { name, outcome, message: each.failure.message }
    : { name, outcome };
}

async function writing<T>(
  registry: Registry,
  command: string,
  work: (state: State) => Promise<T>,
): Promise<T> {
  return await withLock(registry.paths.lock, command, async () => {
    const state = openState(registry.paths.state);
    try {
      return await work(state);
    } finally {
      state.close();
    }
  });
}

async function fetchMissing(
  registry: Registry,
  selections: readonly Selection[],
  options: Pick<MirrorOptions, "concurrency" | "dryRun" | "signal">,
  report: Report,
  started: number,
): Promise<MirrorSummary> {
  const catalog = currentCatalog(registry);
  const plan = planMirror(catalog, selections);
  warn(plan, report);
  const stored = await registry.archives.list();
  const missing = plan.entries.filter((entry) => !stored.has(entry.checksum));
  const counts = {
    modules: new Set(plan.entries.map((entry) => entry.module)).size,
    versions: plan.entries.length,
    alreadyStored: plan.entries.length - missing.length,
  };
  const { modules, versions, alreadyStored } = counts;
  report({ type: "planned", modules, versions, stored: alreadyStored, missing: missing.length });
  const elapsed = () => ({ elapsedMs: performance.now() - started });
  if (options.dryRun) {
    const toFetch = missing.map(({ module, version }) => ({ module, version }));
    const none = { downloaded: 0, failed: 0, bytes: 0, failures: {} };
    return { ...counts, ...none, dryRun: true, plan: toFetch, ...elapsed() };
  }
  try {
    const fetched = await fetchAll(registry, catalog, missing, options, report);
    return { ...counts, ...fetched, dryRun: false, ...elapsed() };
  } finally {
    // Also after Ctrl-C: what did arrive is here to stay, and may be shown.
    await updateViews(registry, catalog, report);
  }
}

function warn(plan: Plan, report: Report): void {
  for (const pattern of plan.unmatched) {
    const what = pattern === EVERYTHING ? "the sources are empty" : `${pattern} matches no module`;
    report({ type: "warning", message: what });
  }
  for (const { module, version, neededBy } of plan.unmet) {
    const message = `no source has ${module}@${version}, which ${neededBy} needs`;
    report({ type: "warning", message });
  }
}

type Fetched = Pick<MirrorSummary, "downloaded" | "failed" | "bytes" | "failures">;

async function fetchAll(
  registry: Registry,
  catalog: Catalog,
  missing: readonly Entry[],
  options: Pick<MirrorOptions, "concurrency" | "signal">,
  report: Report,
): Promise<Fetched> {
  const totals = { downloaded: 0, failed: 0, bytes: 0 };
  const failures: Partial<Record<FailureReason, number>> = {};
  const sources = new Map(registry.config.sources.map((source) => [source.name, source]));
  const progress = () => {
    const done = totals.downloaded + totals.failed;
    const { failed, bytes } = totals;
    report({ type: "progress", done, total: missing.length, failed, bytes });
  };
  const fetchOne = async (entry: Entry): Promise<void> => {
    const { module, version } = entry;
    const source = sources.get(catalog.get(module)!.origin)!;
    try {
      const { size } = await fetchArchive(registry, source, entry, options.signal);
      totals.downloaded++;
      totals.bytes += size;
    } catch (error) {
      if (!(error instanceof DownloadError) || options.signal?.aborted) throw error;
      totals.failed++;
      failures[error.kind] = (failures[error.kind] ?? 0) + 1;
      report({ type: "failed", module, version, reason: error.kind, message: error.message });
      // A full disk fails everything that is still to come.
      if (error.kind === "disk") throw diskFailure(registry, error);
    }
    progress();
  };
  const limit = options.concurrency ?? registry.config.mirror.concurrency;
  await forEachLimit(missing, limit, fetchOne, options.signal);
  return { ...totals, failures };
}

function diskFailure(registry: Registry, error: DownloadError): Failure {
  return new Failure(
    "io",
    `cannot write to ${registry.paths.packages}: ${error.message}`,
    "make room or mend the permissions, then run the same again: it goes on where it stopped",
    { cause: error },
  );
}

/**
 * Downloads one archive into the store, from its module's owner.
 *
 * @throws {DownloadError} when it does not arrive as the index says it should
 */
export async function fetchArchive(
  registry: Registry,
  source: SourceConfig,
  entry: Entry,
  signal?: AbortSignal,
): Promise<{ size: number }> {
  const request = archiveRequest(source, entry.module, entry.version);
  const store = (body: Uint8Array | AsyncIterable<Uint8Array>) =>
    registry.archives.put(body, entry.checksum);
  return await download(request, store, signal ? { signal } : {});
}
