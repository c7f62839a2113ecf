/** Upstream registries: what they offer, and where. */
import type { SourceConfig } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import type { Oid } from "../git/mod.ts";
import type { RefreshOptions } from "./git.ts";
import type { RepositoryLimits } from "./repository.ts";

export type { RefreshOptions } from "./git.ts";
export { sourceRef } from "./ref.ts";
export type { RepositoryLimits } from "./repository.ts";
export { repositoryUrlProblem } from "./repository-url.ts";
export { archiveRequest, symbolsRequest } from "./urls.ts";

/**
 * Brings a source's newest index into the repository, under its own ref.
 *
 * @returns its tip, and whether it is new
 * @throws {Failure} "upstream" or "denied", saying what to look at
 */
export async function refreshIndex(
  gitdir: string,
  source: SourceConfig,
  options: RefreshOptions = {},
): Promise<{ tip: Oid; changed: boolean }> {
  if (source.indexType !== "git") {
    throw new Failure(
      "config",
      `source ${source.name}: index_type "${source.indexType}" is not supported yet`,
      'use index_type = "git"',
    );
  }
  // Loaded when needed: a server without an upstream never does.
  const { refreshGitIndex } = await import("./git.ts");
  return await refreshGitIndex(gitdir, source, options);
}

/** As `repository.ts` says. */
export async function repositoryHasCommit(
  url: string,
  commit: string,
  limits: RepositoryLimits,
): Promise<boolean> {
  // Loaded when needed, as above.
  const repository = await import("./repository.ts");
  return await repository.repositoryHasCommit(url, commit, limits);
}
