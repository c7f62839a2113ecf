/** What is known of one module, in one of its versions, as the API and `info` tell it. */
import { Failure } from "../../errors.ts";
import { type IndexLine, parseMetadata, readFields } from "../../index/mod.ts";
import { formEncoded } from "../../sources/mod.ts";
import { type Discovery, noModule } from "./discover.ts";
import type { ModuleRecord } from "./module-records.ts";

/** The fields of mooncakes.io's own answer come first; clients pass over the rest. */
export interface ModuleInfo {
  readonly module: string;
  readonly version: string;
  readonly latest_version: string;
  readonly yanked: boolean;
  readonly yanked_reason: string | null;
  /** The newest first. */
  readonly versions: readonly ReleaseInfo[];
  /** The index line, as it was published. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly checksum: string;
  /** What it needs: module and least version. */
  readonly dependencies: readonly { module: string; version: string }[];
  /** How many modules need it. */
  readonly dependents: number;
}

export interface ReleaseInfo {
  readonly version: string;
  readonly yanked: boolean;
  readonly yanked_reason: string | null;
  readonly created_at: string | null;
}

/**
 * @param version default: the latest
 * @throws {Failure} "not-found"
 */
export function moduleInfo(discovery: Discovery, module: string, version?: string): ModuleInfo {
  const record = discovery.module(module);
  if (!record) throw noModule(module);
  const lines = discovery.versions(module);
  const wanted = version ?? record.latest;
  const line = lines.find(({ entry }) => entry.version === wanted);
  if (!line) {
    const hint = `the latest is ${record.latest}`;
    throw new Failure("not-found", `there is no version ${wanted} of ${module}`, hint);
  }
  return {
    module,
    version: line.entry.version,
    latest_version: record.latest,
    ...yankOf(line),
    versions: lines.map(releaseInfo),
    metadata: readFields(line),
    checksum: line.entry.checksum,
    dependencies: line.entry.dependencies,
    dependents: discovery.dependents(module).length,
  };
}

/** Whether a version was yanked; the reason is null when none was given, too. */
export function yankOf({ entry }: IndexLine): { yanked: boolean; yanked_reason: string | null } {
  return { yanked: entry.yanked !== undefined, yanked_reason: entry.yanked || null };
}

function releaseInfo(line: IndexLine): ReleaseInfo {
  const { version, createdAt } = line.entry;
  const created = createdAt === undefined ? null : new Date(createdAt).toISOString();
  return { version, ...yankOf(line), created_at: created };
}

/** A module in a list, as mooncakes.io has it. */
export interface ListedModule {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly repository?: string;
  readonly created_at?: string;
  readonly is_new: boolean;
}

/** A module is new for so long. */
const NEW_MS = 30 * 86_400_000;

/** Its latest version, as a list shows it; whether it is new is told by this machine's clock. */
export function listedModule({ module, latest, metadata, firstAt }: ModuleRecord): ListedModule {
  const { description, keywords, license, repository, createdAt } = metadata;
  return {
    name: module,
    version: latest,
    ...(description !== undefined && { description }),
    ...(keywords.length > 0 && { keywords }),
    ...(license !== undefined && { license }),
    ...(repository !== undefined && { repository }),
    ...(createdAt !== undefined && { created_at: new Date(createdAt).toISOString() }),
    is_new: firstAt !== undefined && Date.now() - firstAt < NEW_MS,
  };
}

/** The version that a range means. */
export interface ResolvedVersion {
  readonly module: string;
  /** As asked; null for the latest. */
  readonly specifier: string | null;
  readonly version: string;
  readonly yanked: boolean;
  readonly yanked_reason: string | null;
  readonly checksum: string;
  readonly repository: string | null;
  readonly dependencies: readonly { module: string; version: string }[];
}

/** @throws {Failure} as `Discovery.resolve` */
export function resolvedVersion(
  discovery: Discovery,
  module: string,
  range?: string,
): ResolvedVersion {
  const line = discovery.resolve(module, range);
  const { version, checksum, dependencies } = line.entry;
  return {
    module,
    specifier: range ?? null,
    version,
    ...yankOf(line),
    checksum,
    repository: parseMetadata(line).repository ?? null,
    dependencies,
  };
}

/** As clients build it themselves: one form-urlencoded key. */
export function archivePath(module: string, version: string): string {
  return `/user/${formEncoded(`${module}/${version}`)}.zip`;
}
