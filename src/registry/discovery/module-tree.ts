/** What a module needs, to the last: which version of each, as clients choose them. */
import { Failure } from "../../errors.ts";
import type { IndexLine } from "../../index/mod.ts";
import { type Edge, selectVersions, type Unmet } from "../../resolve/mod.ts";
import type { Discovery } from "./discover.ts";
import { yankOf } from "./module-info.ts";

export interface ModuleTree {
  readonly module: string;
  readonly version: string;
  /** What was asked for; null for the latest version. */
  readonly range: string | null;
  /** The module itself first, then by name and version. */
  readonly modules: readonly TreeModule[];
  readonly unmet: readonly Unmet[];
}

export interface TreeModule {
  readonly module: string;
  readonly version: string;
  readonly checksum: string;
  readonly yanked: boolean;
  readonly yanked_reason: string | null;
  readonly dependencies: readonly Edge[];
}

/** @throws {Failure} as `Discovery.resolve` */
export function moduleTree(discovery: Discovery, module: string, range?: string): ModuleTree {
  const root = discovery.resolve(module, range);
  const { modules, unmet } = selectVersions({ module, release: releaseOf(root) }, (name) =>
    discovery.module(name) ? discovery.versions(name).map(releaseOf) : undefined,
  );
  return {
    module,
    version: root.entry.version,
    range: range ?? null,
    modules: modules.map(({ release, dependencies }) => ({
      module: release.line.entry.module,
      version: release.version,
      checksum: release.line.entry.checksum,
      ...yankOf(release.line),
      dependencies,
    })),
    unmet,
  };
}

function releaseOf(line: IndexLine) {
  const { version, dependencies } = line.entry;
  return { version, dependencies, line };
}

const REASONS: Readonly<Record<Unmet["reason"], string>> = {
  "no-module": "which is not in this registry",
  "no-version": "and there is no such version, nor a later one that fits",
  "not-a-version": "which is no version",
};

/** @example "demo/app@1.0.0 needs a/b@2.0.0, which is not in this registry" */
export function unmetText({ module, version, neededBy, reason }: Unmet): string {
  return `${neededBy} needs ${module}@${version}, ${REASONS[reason]}`;
}

/** @throws {Failure} "not-found" when something is missing: clients would not build it either */
export function requireComplete({ unmet }: ModuleTree): void {
  const [first, ...others] = unmet;
  if (!first) return;
  const more = others.length > 0 ? ` (and ${others.length} more like it)` : "";
  throw new Failure(
    "not-found",
    `${unmetText(first)}${more}`,
    "another version may need something else; a `sync` of the registry brings what is new",
  );
}
