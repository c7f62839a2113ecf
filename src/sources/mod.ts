/** Upstream registries and the host that the index is shared through: what they offer, and where. */
import type { SourceConfig } from "../config/mod.ts";
import type { Oid } from "../git/mod.ts";
import type { RefreshOptions } from "./git.ts";
import type { PushOptions } from "./git-push.ts";
import type { IndexLayout } from "./http.ts";
import { type GitPeer, sourcePeer } from "./peer.ts";
import type { RepositoryLimits } from "./repository.ts";

export type { IndexLayout } from "./http.ts";
export type { GitPeer } from "./peer.ts";
export { sourceRef } from "./ref.ts";
export { repositoryUrlProblem } from "./repository-url.ts";
export { archiveRequest, assetRequests, formEncoded, symbolsRequest } from "./urls.ts";

interface IndexRefresh extends RefreshOptions {
  readonly layout: IndexLayout;
  /** Modules to look for at a source that cannot tell what it has. */
  readonly wanted: Iterable<string>;
}

/**
 * Brings a source's newest index into the repository, under its own ref.
 *
 * @returns its tip, whether it is new, and whether the source tells all that it has
 * @throws {Failure} "upstream" or "denied", saying what to look at
 */
export async function refreshIndex(
  gitdir: string,
  source: SourceConfig,
  options: IndexRefresh,
): Promise<{ tip: Oid; changed: boolean; listed: boolean }> {
  // Loaded when needed: a server without an upstream never does.
  if (source.indexType === "http") {
    const { refreshHttpIndex } = await import("./http.ts");
    return await refreshHttpIndex(gitdir, source, options);
  }
  const { refreshGitIndex } = await import("./git.ts");
  const { tip, changed } = await refreshGitIndex(gitdir, sourcePeer(source), options);
  return { tip, changed, listed: true };
}

/** Brings the shared index here, with its history, as one more origin. @throws {Failure} */
export async function pullShared(
  gitdir: string,
  peer: GitPeer,
  options: RefreshOptions,
): Promise<{ tip: Oid; changed: boolean }> {
  const { refreshGitIndex } = await import("./git.ts");
  return await refreshGitIndex(gitdir, peer, { ...options, history: true });
}

/** Sends a branch of the index to the shared one. @throws {Failure} */
export async function pushShared(
  gitdir: string,
  peer: GitPeer,
  options: PushOptions,
): Promise<{ tip: Oid; changed: boolean }> {
  const { pushGitIndex } = await import("./git-push.ts");
  return await pushGitIndex(gitdir, peer, options);
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
