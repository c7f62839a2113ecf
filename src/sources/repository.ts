/**
 * Other people's Git repositories, as far as a registry of commits asks them anything: whether a commit
 * is there. The URL comes from whoever registers, so it is asked over http and https alone, with no
 * credentials, for a bounded time and size, and nothing of what it answers is passed on.
 */
import { collect, DownloadError, request, shownUrl } from "../download/mod.ts";
import { Failure, messageOf } from "../errors.ts";
import { ProtocolError, readRefListing } from "../git/mod.ts";
import { listingRequest } from "./git-http.ts";

export interface RepositoryLimits {
  /** Hosts that may be asked; empty: any. */
  readonly hosts: readonly string[];
  /** For all of it, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Below the client's own patience, which is 30 seconds. */
const TIMEOUT_MS = 20_000;
/** A hundred thousand refs take less. */
const MAX_BODY = 32 * 1024 * 1024;

/**
 * Whether a repository names a commit: by a branch, or by a tag such as the client pushes before it
 * registers.
 *
 * @throws {Failure} "invalid" when the URL may not be asked; "upstream" or "timeout" when it does not answer as
 *   a repository
 */
export async function repositoryHasCommit(
  url: string,
  commit: string,
  { hosts, timeoutMs = TIMEOUT_MS }: RepositoryLimits,
): Promise<boolean> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const wanted = listingRequest(url);
    checkHost(wanted.url, hosts);
    const answer = await request(
      { ...wanted, mayFollow: (next) => checkHost(next, hosts) },
      { signal },
    );
    if (answer.status !== 200) {
      await answer.discard();
      throw new ProtocolError(`it answered ${answer.status}`);
    }
    // A tag is listed with what it points at.
    const { refs } = readRefListing(await collect(answer, MAX_BODY));
    return refs.some(({ oid }) => oid === commit);
  } catch (error) {
    throw explained(url, error, signal);
  }
}

/** @throws {Failure} "invalid" */
function checkHost(url: string, hosts: readonly string[]): void {
  const { hostname } = new URL(url);
  if (hosts.length === 0 || hosts.includes(hostname)) return;
  const hint = `knitpkg.hosts in registry.toml names those that may be: ${hosts.join(", ")}`;
  throw new Failure("invalid", `repo_url: ${hostname} is not asked by this registry`, hint);
}

/** What went wrong, without what the other side said: it may be a service that is not for all eyes. */
function explained(url: string, error: unknown, signal: AbortSignal): unknown {
  if (error instanceof Failure) return error;
  const shown = shownUrl(url);
  if (signal.aborted) {
    const hint = "try again, or ask the registry's operator whether it can reach that host";
    return new Failure("timeout", `repo_url: ${shown} did not answer in time`, hint, {
      cause: error,
    });
  }
  if (error instanceof DownloadError) {
    return new Failure("upstream", `repo_url: ${messageOf(error)}`, HINT, { cause: error });
  }
  if (!(error instanceof ProtocolError)) return error;
  return new Failure(
    "upstream",
    `repo_url: ${shown} does not answer as a Git repository that all may read`,
    HINT,
    { cause: error },
  );
}

const HINT =
  "the registry must reach the repository over http or https; or its operator sets knitpkg.verify_commits to false";
