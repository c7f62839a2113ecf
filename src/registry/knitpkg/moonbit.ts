/** MoonBit's modules, as KnitPkg's protocol asks for them: one resolver for both worlds. */
import {
  type Entry,
  parseMetadata,
  readFields,
  type Snapshot,
  splitModule,
} from "../../index/mod.ts";
import { releaseId } from "../../projects/mod.ts";
import { parseRange } from "../../resolve/mod.ts";
import { type Discovery, noModule, resolveIn } from "../discovery/discover.ts";
import type { ModuleRecord } from "../discovery/module-records.ts";
import type { SearchSort } from "../discovery/search-index.ts";
import type { ProjectQuery } from "./search.ts";

/** The target that stands for MoonBit's modules. */
export const MOONBIT = "moonbit";

export interface ResolvedModule {
  readonly entry: Entry;
  /** As the module says, if it does. */
  readonly repository: string | null;
  /** The commit that the version was made of, when its publisher told. */
  readonly commit: string | null;
  readonly moduleId: number;
  readonly versionId: number;
}

/** @throws {Failure} "invalid" for what is no specifier; "not-found" */
export function resolveModule(
  snapshot: Snapshot | undefined,
  module: string,
  specifier: string,
): ResolvedModule {
  if (!snapshot) {
    parseRange(specifier);
    throw noModule(module);
  }
  const line = resolveIn(snapshot, module, specifier);
  const { commit } = readFields(line);
  return {
    entry: line.entry,
    repository: parseMetadata(line).repository ?? null,
    commit: typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit) ? commit : null,
    moduleId: moduleId(module),
    versionId: releaseId(nameOf(module), line.entry.version),
  };
}

/** A module's number, the same on every host. */
export function moduleId(module: string): number {
  return releaseId(nameOf(module), "");
}

/** What KnitPkg sorts projects by, as far as modules are sorted by it; else by name. */
const SORTS: Partial<Record<ProjectQuery["sortBy"], SearchSort>> = {
  relevance: "relevance",
  updated_at: "updated",
  published_at: "updated",
};

/**
 * Searches modules. An order is the one that modules have: of dates the newest first, of names
 * alphabetical; and modules have neither types nor authors to filter by, but owners and licenses.
 */
export async function searchModules(
  { search }: Discovery,
  { q, org, license, page, pageSize, sortBy }: ProjectQuery,
): Promise<{ modules: readonly ModuleRecord[]; total: number }> {
  const { results, total } = await search({
    text: q,
    ...(org !== undefined && { owner: org }),
    ...(license !== undefined && { license }),
    sort: SORTS[sortBy] ?? "name",
    offset: (page - 1) * pageSize,
    limit: pageSize,
  });
  return { modules: results, total };
}

function nameOf(module: string) {
  const { owner, name } = splitModule(module);
  return { target: MOONBIT, organization: owner, name };
}
