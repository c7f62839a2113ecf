/** Asks sources for their newest index, side by side. */
import picomatch from "picomatch";
import type { SourceConfig } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { createRepository, type Oid, readRef } from "../../git/mod.ts";
import {
  isModuleName,
  modulePath,
  parseModuleFile,
  readIndexTree,
  writeIndexTree,
} from "../../index/mod.ts";
import { type IndexLayout, refreshIndex, sourceRef } from "../../sources/mod.ts";
import { lacksSymbols, refreshSymbols } from "../assets/symbols.ts";
import type { Report } from "../events.ts";
import { enabledSources, type Registry } from "../open.ts";
import type { State } from "../state.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { guardHistory } from "../views/rewrites.ts";
import { countModules, readViewRecord } from "../views/view-record.ts";
import { moving } from "../writing.ts";
import { noSource } from "./selection.ts";

export type RefreshOutcome =
  | { readonly name: string; readonly outcome: "unchanged" | "updated"; readonly tip: Oid }
  /** Nobody waited for its answer. */
  | { readonly name: string; readonly outcome: "skipped" }
  | { readonly name: string; readonly outcome: "failed"; readonly failure: Failure };

export interface RefreshOptions {
  /** Leave the symbols to the run that brings archives. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Refreshes every enabled source and records how that went. One that fails keeps the index it had,
 * and is a warning while there is another to go on with. When one is needed, those that come after it are not
 * waited for much longer than it took; those before it may own what it offers. Within `fetching`.
 *
 * @param patterns what is to be mirrored: a source without a listing is asked for those by name
 * @param needed the one source that must not fail; undefined: any will do
 * @throws {Failure} that of the needed source, or of the first when all fail
 */
export async function refreshSources(
  registry: Registry,
  needed: string | undefined,
  patterns: readonly string[],
  state: State,
  report: Report,
  { dryRun = false, signal }: RefreshOptions,
): Promise<RefreshOutcome[]> {
  const sources = enabledSources(registry);
  if (sources.length === 0) throw noSource(registry.config);
  await createRepository(registry.paths.index);
  const patience = createPatience(sources, needed, signal);
  const outcomes = await Promise.all(
    sources.map(async (source) => {
      report({ type: "refreshing", source: source.name });
      const limit = patience.with(source.name);
      const outcome = await refreshOne(registry, source, patterns, report, { signal, limit });
      if (source.name === needed) patience.end();
      if (outcome.outcome !== "skipped") {
        const error = outcome.outcome === "failed" ? outcome.failure.message : undefined;
        state.recordSync(source.name, new Date(), error);
      }
      return outcome;
    }),
  ).finally(patience.close);
  judge(outcomes, needed, report);
  const main = sources.find((source) => needed === undefined || source.name === needed);
  const found = outcomes.find(({ name }) => name === main?.name);
  if (main && found && "tip" in found && !dryRun) {
    const isDue = found.outcome === "updated" || lacksSymbols(registry, main, found.tip);
    if (isDue) await refreshSymbols(registry, main, found.tip, report, signal);
  }
  return outcomes;
}

/** How long the others are waited for in any case when the one that is needed has answered, in milliseconds. */
const GRACE_MS = 2_000;

/** How long each source may take: those after the needed one are waited for as long again as that took. */
function createPatience(
  sources: readonly SourceConfig[],
  needed: string | undefined,
  signal: AbortSignal | undefined,
) {
  const began = performance.now();
  const at = sources.findIndex(({ name }) => name === needed);
  const later = new Set(at < 0 ? [] : sources.slice(at + 1).map(({ name }) => name));
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    with(name: string): AbortSignal | undefined {
      if (!later.has(name)) return signal;
      return signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    },
    /** The needed one has ended. */
    end() {
      timer = setTimeout(() => over.abort(), Math.max(GRACE_MS, performance.now() - began));
    },
    close: () => clearTimeout(timer),
  };
}

interface OneOptions {
  readonly signal: AbortSignal | undefined;
  /** How long it is waited for. */
  readonly limit: AbortSignal | undefined;
  /** Nobody else moves refs, as the caller holds that lock. */
  readonly isAlone?: boolean;
}

/** Refreshes one source. What is here of it and damaged is fetched anew. Within `fetching`. @throws the signal's reason */
export async function refreshOne(
  registry: Registry,
  source: SourceConfig,
  patterns: readonly string[],
  report: Report,
  { signal, limit, isAlone = false }: OneOptions,
): Promise<RefreshOutcome> {
  const { name } = source;
  try {
    const globs = patterns.filter((pattern) => picomatch.scan(pattern).isGlob);
    const { tip, changed, listed } = await refreshIndex(registry.paths.index, source, {
      signal: limit,
      layout: LAYOUT,
      wanted: patterns.filter((pattern) => !globs.includes(pattern)),
      anew: isAlone || isLost(registry, sourceRef(name)),
      ...(!isAlone && { moving: (work) => moving(registry, "sync", work) }),
      beforeMove: (before, after) => guardHistory(registry, name, before, after, report),
    });
    if (!listed && globs.length > 0) report({ type: "warning", message: unlisted(source, globs) });
    const { objects, paths } = registry;
    const tree = objects.commit(tip).tree;
    const modules = countModules(objects, readViewRecord(paths), name, tree);
    const outcome = changed ? "updated" : "unchanged";
    report({ type: "refreshed", source: name, outcome, modules });
    return { name, outcome, tip };
  } catch (error) {
    signal?.throwIfAborted();
    if (limit?.aborted) return { name, outcome: "skipped" };
    if (!(error instanceof Failure)) throw error;
    return { name, outcome: "failed", failure: error };
  }
}

/** Whether a ref says nothing, or of something that is not here. */
function isLost({ paths, objects }: Registry, ref: string): boolean {
  const tip = unlessDamaged(() => readRef(paths.index, ref));
  return tip instanceof Failure || (tip !== undefined && !objects.has(tip));
}

const LAYOUT: IndexLayout = {
  isModule: isModuleName,
  path: modulePath,
  read: readIndexTree,
  write: writeIndexTree,
  inspect(module, file) {
    const entries = parseModuleFile(module, file).lines.map(({ entry }) => entry);
    return {
      needs: entries.flatMap(({ dependencies }) => dependencies.map((need) => need.module)),
      newest: Math.max(0, ...entries.map(({ createdAt }) => createdAt ?? 0)),
    };
  },
};

function unlisted({ name }: SourceConfig, globs: readonly string[]): string {
  const what = `so ${globs.join(", ")} finds only what was named before`;
  return `source ${name} has no listing.json, ${what}; name modules in full`;
}

function judge(outcomes: readonly RefreshOutcome[], needed: string | undefined, report: Report) {
  const failed = outcomes.filter((each) => each.outcome === "failed");
  const fatal = failed.find(({ name }) => name === needed);
  if (fatal) throw fatal.failure;
  if (failed.length === outcomes.length && failed[0]) throw failed[0].failure;
  for (const { failure } of failed) {
    report({ type: "warning", message: `${failure.message}; going on with what is here` });
  }
  for (const { name } of outcomes.filter(({ outcome }) => outcome === "skipped")) {
    const message = `source ${name} has not answered and was not waited for; \`sync\` waits for every source`;
    report({ type: "warning", message });
  }
}
