/** What a mirror is to take, from what the user asked for and what is configured. */
import { type Config, forgetPackages, requireSource } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import type { Registry } from "../open.ts";
import { type State, withState } from "../state.ts";
import { fetching } from "../writing.ts";
import { EVERYTHING, type Selection } from "./plan.ts";

export interface SelectionOptions {
  /** None: what `mirror.packages` remembers. */
  readonly patterns: readonly string[];
  /** Default: the default source, or every enabled one when there is none. */
  readonly source?: string;
  readonly full?: boolean;
  readonly strict?: boolean;
  readonly assets?: boolean;
  readonly latest?: number;
  readonly since?: Date;
}

/** @throws {Failure} when nothing is named, or the source is not there or disabled */
export function selectionOf(config: Config, options: SelectionOptions): Selection {
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
  const pinned = patterns.find((pattern) => /@[v=^~<>]*\d/.test(pattern));
  if (pinned !== undefined) {
    const hint = "leave the version out: all come, or those that --latest and --since say";
    throw new Failure("usage", `${pinned} names a version, and a mirror takes modules`, hint);
  }
  const source = options.source ?? config.defaultSource;
  if (source !== undefined) requireEnabled(config, source);
  return {
    patterns,
    ...(source !== undefined && { source }),
    ...(options.strict && { strict: true }),
    ...(options.assets && { assets: true }),
    ...(options.latest !== undefined && { latest: options.latest }),
    ...(options.since !== undefined && { since: options.since.getTime() }),
  };
}

function requireEnabled(config: Config, name: string): void {
  if (requireSource(config, name).enabled) return;
  const hint = `enable it with \`source enable ${name}\`, or name another with -s`;
  throw new Failure("usage", `source ${name} is disabled`, hint);
}

/** What a sync takes: the remembered patterns, and all that was mirrored before and is not among them. */
export function selectionsToSync(config: Config, state: State | undefined): Selection[] {
  const { packages } = config.mirror;
  const remembered = packages.length > 0 ? [{ patterns: packages }] : [];
  const isRemembered = ({ patterns, ...limits }: Selection) =>
    Object.keys(limits).length === 0 && patterns.every((pattern) => packages.includes(pattern));
  const mirrored = state?.selections() ?? [];
  return [...remembered, ...mirrored.filter((each) => !isRemembered(each))];
}

/**
 * What is remembered after one more selection: it takes the place of one that differs from it in its date
 * or its number only, or else a script that says another date each day would be remembered day by day.
 */
export function withSelection(all: readonly Selection[], added: Selection): Selection[] {
  const scopeOf = ({ since: _, latest: __, ...scope }: Selection) => JSON.stringify(scope);
  const isSame = (each: Selection) => scopeOf(each) === scopeOf(added);
  const at = all.findIndex(isSame);
  const others = all.filter((each) => !isSame(each));
  return at < 0 ? [...all, added] : others.toSpliced(at, 0, added);
}

/** What is remembered when some patterns are not any more, of one source or of all. */
export function withoutPatterns(
  all: readonly Selection[],
  patterns: readonly string[],
  source: string | undefined,
): { kept: Selection[]; forgotten: Selection[] } {
  const kept: Selection[] = [];
  const forgotten: Selection[] = [];
  for (const each of all) {
    const isMeant = (pattern: string) =>
      patterns.includes(pattern) && (source === undefined || source === each.source);
    const going = each.patterns.filter(isMeant);
    const staying = each.patterns.filter((pattern) => !isMeant(pattern));
    if (going.length > 0) forgotten.push({ ...each, patterns: going });
    if (staying.length > 0) kept.push({ ...each, patterns: staying });
  }
  return { kept, forgotten };
}

export type ForgetOptions = Pick<SelectionOptions, "patterns" | "full" | "source">;

/**
 * Keeps no longer fresh what was mirrored by these patterns, and what `mirror.packages` says of them, which
 * is of no source. What it brought stays.
 *
 * @param options.source of this one only
 * @returns what was remembered of them
 * @throws {Failure} "usage" when nothing is named, "not-found" when none of it was remembered
 */
export async function forget(
  registry: Registry,
  { patterns: named, full, source }: ForgetOptions,
): Promise<readonly Selection[]> {
  const patterns = full ? [EVERYTHING] : named;
  const hint = "`status` lists what is kept fresh; write the pattern as it stands there";
  if (patterns.length === 0) throw new Failure("usage", "no pattern was named", hint);
  const forgotten = await fetching(registry, "mirror", async () => {
    const saved = source === undefined ? forgetPackages(registry.config.file, patterns) : [];
    const found: Selection[] = saved.length > 0 ? [{ patterns: saved }] : [];
    withState(registry.paths.state, (state) =>
      state.changeSelections((all) => {
        const split = withoutPatterns(all, patterns, source);
        found.push(...split.forgotten);
        return split.kept;
      }),
    );
    return found;
  });
  if (forgotten.length > 0) return forgotten;
  throw new Failure("not-found", `${patterns.join(", ")} is not kept fresh`, hint);
}

/** Tells how to get a source that can be asked. */
export function noSource({ sources }: Config): Failure {
  return sources.length === 0
    ? new Failure(
        "config",
        "there is no source to mirror from",
        "add one: `source add mooncakes --from-preset mooncakes`",
      )
    : new Failure(
        "config",
        "every source is disabled",
        "enable one with `source enable NAME`; `source list` shows them",
      );
}
