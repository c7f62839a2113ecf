/** Asks sources for their newest index, side by side. */
import type { SourceConfig } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import { createRepository } from "../git/mod.ts";
import { openSnapshot } from "../index/mod.ts";
import { refreshIndex } from "../sources/mod.ts";
import type { Report } from "./events.ts";
import { enabledSources, type Registry } from "./open.ts";
import { guardHistory } from "./rewrites.ts";
import { noSource } from "./selection.ts";
import type { State } from "./state.ts";
import { refreshSymbols } from "./symbols.ts";

export type RefreshOutcome =
  | { readonly name: string; readonly outcome: "unchanged" | "updated" }
  | { readonly name: string; readonly outcome: "failed"; readonly failure: Failure };

/**
 * Refreshes every enabled source and records how that went. One that fails keeps the index it had,
 * and is a warning while there is another to go on with. The caller holds the lock.
 *
 * @param needed the one source that must not fail; undefined: any will do
 * @throws {Failure} that of the needed source, or of the first when all fail
 */
export async function refreshSources(
  registry: Registry,
  needed: string | undefined,
  state: State,
  report: Report,
  signal?: AbortSignal,
): Promise<RefreshOutcome[]> {
  const sources = enabledSources(registry);
  if (sources.length === 0) throw noSource(registry.config);
  await createRepository(registry.paths.index);
  const outcomes = await Promise.all(
    sources.map(async (source) => {
      report({ type: "refreshing", source: source.name });
      const outcome = await refreshOne(registry, source, report, signal);
      const error = outcome.outcome === "failed" ? outcome.failure.message : undefined;
      state.recordSync(source.name, new Date(), error);
      return outcome;
    }),
  );
  judge(outcomes, needed, report);
  const main = sources.find((source) => needed === undefined || source.name === needed);
  const updated = outcomes.some(
    ({ name, outcome }) => name === main?.name && outcome === "updated",
  );
  if (main && updated) await refreshSymbols(registry, main, report);
  return outcomes;
}

async function refreshOne(
  registry: Registry,
  source: SourceConfig,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<RefreshOutcome> {
  const { name } = source;
  try {
    const { tip, changed } = await refreshIndex(registry.paths.index, source, {
      signal,
      beforeMove: (before, after) => guardHistory(registry, name, before, after, report),
    });
    const modules = openSnapshot(registry.objects, tip).modules().size;
    const outcome = changed ? "updated" : "unchanged";
    report({ type: "refreshed", source: name, outcome, modules });
    return { name, outcome };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { name, outcome: "failed", failure: error };
  }
}

function judge(outcomes: readonly RefreshOutcome[], needed: string | undefined, report: Report) {
  const failed = outcomes.filter((each) => each.outcome === "failed");
  const fatal = failed.find(({ name }) => name === needed);
  if (fatal) throw fatal.failure;
  if (failed.length === outcomes.length && failed[0]) throw failed[0].failure;
  for (const { failure } of failed) {
    report({ type: "warning", message: `${failure.message}; going on with what is here` });
  }
}
