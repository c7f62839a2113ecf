/** Asks sources for their newest index, side by side. */
import type { SourceConfig } from "../config/mod.ts";
import { Failure, messageOf } from "../errors.ts";
import { createRepository } from "../git/mod.ts";
import { openSnapshot } from "../index/mod.ts";
import { refreshIndex } from "../sources/mod.ts";
import type { Report } from "./events.ts";
import type { Registry } from "./open.ts";
import type { State } from "./state.ts";

export type RefreshOutcome =
  | { readonly name: string; readonly outcome: "unchanged" | "updated" }
  | { readonly name: string; readonly outcome: "failed"; readonly failure: Failure };

/**
 * Refreshes sources and records how that went. One that fails keeps the index it had. The caller
 * holds the lock.
 */
export async function refreshSources(
  registry: Registry,
  sources: readonly SourceConfig[],
  state: State,
  report: Report,
): Promise<RefreshOutcome[]> {
  await createRepository(registry.paths.index);
  return await Promise.all(
    sources.map(async (source) => {
      report({ type: "refreshing", source: source.name });
      const outcome = await refreshOne(registry, source, report);
      const error = outcome.outcome === "failed" ? outcome.failure.message : undefined;
      state.recordSync(source.name, new Date(), error);
      return outcome;
    }),
  );
}

async function refreshOne(
  registry: Registry,
  source: SourceConfig,
  report: Report,
): Promise<RefreshOutcome> {
  const { name } = source;
  try {
    const { tip, changed } = await refreshIndex(registry.paths.index, source);
    const modules = openSnapshot(registry.objects, tip).modules().size;
    const outcome = changed ? "updated" : "unchanged";
    report({ type: "refreshed", source: name, outcome, modules });
    return { name, outcome };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, outcome: "failed", failure: error };
  }
}

/** Reports every failure, or throws it when nothing at all could be refreshed. */
export function requireSome(outcomes: readonly RefreshOutcome[], report: Report): void {
  const failures = outcomes.flatMap((each) => (each.outcome === "failed" ? [each.failure] : []));
  const [first] = failures;
  if (first && failures.length === outcomes.length) throw first;
  for (const failure of failures) {
    report({ type: "warning", message: `${messageOf(failure)}; going on with what is here` });
  }
}
