/** What a mirror is to take, from what the user asked for and what is configured. */
import type { Config } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import { EVERYTHING, type Selection } from "./plan.ts";
import type { State } from "./state.ts";

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

function requireEnabled({ sources }: Config, name: string): void {
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

/** What a sync takes: the remembered patterns, and all that was mirrored before. */
export function selectionsToSync(config: Config, state: State | undefined): Selection[] {
  const { packages } = config.mirror;
  const remembered = packages.length > 0 ? [{ patterns: packages }] : [];
  return [...remembered, ...(state?.selections() ?? [])];
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
