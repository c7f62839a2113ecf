/**
 * Other people's Git repositories, as far as a registry of commits asks them anything: whether a commit
 * is there. The URL comes from whoever registers, so it is asked over http and https alone, with no
 * credentials, for a bounded time and size, and nothing of what it answers is passed on.
 */
import { type HttpClient, listServerRefs } from "isomorphic-git";
import { DownloadError, request, shownUrl } from "../download/mod.ts";
import { Failure, messageOf, systemCode } from "../errors.ts";

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
    const http = boundedHttp(hosts, signal);
    // Version 1 lists its refs in the first answer, tags with what they point at.
    const refs = await listServerRefs({ http, url, protocolVersion: 1, peelTags: true });
    return refs.some(({ oid, peeled }) => oid === commit || peeled === commit);
  } catch (error) {
    throw explained(url, error, signal);
  }
}

function boundedHttp(hosts: readonly string[], signal: AbortSignal): HttpClient {
  return {
    async request({ url, method = "GET", headers = {} }) {
      checkHost(url, hosts);
      const answer = await request(
        { url, method, headers, mayFollow: (next) => checkHost(next, hosts) },
        { signal },
      );
      return {
        url: answer.url,
        method,
        statusCode: answer.status,
        statusMessage: "",
        headers: Object.fromEntries(answer.headers),
        // Whole, as the library takes a body that breaks off for one that has ended.
        body: iterate(await collected(answer.chunks(), url)),
      };
    },
  };
}

async function collected(chunks: AsyncIterable<Uint8Array>, url: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > MAX_BODY) throw new DownloadError("network", `${shownUrl(url)} lists too many refs`);
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

async function* iterate(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
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
  // The library's own errors have codes such as HttpError and SmartHttpError.
  if (systemCode(error) === undefined) return error;
  return new Failure(
    "upstream",
    `repo_url: ${shown} does not answer as a Git repository that all may read`,
    HINT,
    { cause: error },
  );
}

const HINT =
  "the registry must reach the repository over http or https; or its operator sets knitpkg.verify_commits to false";
