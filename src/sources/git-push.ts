/** Sends a branch of the index to a Git host. It only ever moves forward there. */
import { Errors, type HttpClient, push } from "isomorphic-git";
import { atMost, DownloadError, withRetries } from "../download/mod.ts";
import { Failure, systemCode } from "../errors.ts";
import {
  isAncestor,
  type ObjectReader,
  type Oid,
  openObjectDatabase,
  readRef,
} from "../git/mod.ts";
import { exchange, noIndex } from "./git-http.ts";
import { type GitPeer, unreachable } from "./peer.ts";
import { pushFileSystem } from "./push-fs.ts";

export interface PushOptions {
  /** The ref to send. */
  readonly ref: string;
  /** The branch it becomes there. */
  readonly branch: string;
  readonly signal?: AbortSignal | undefined;
}

const NOTHING = "0".repeat(40);

/**
 * Sends what the other side lacks. Nothing to send is no failure.
 *
 * @returns the commit that its branch has now, and whether that is new
 * @throws {Failure} "exists" when the branch has other history; "upstream" or "denied"
 */
export async function pushGitIndex(
  gitdir: string,
  peer: GitPeer,
  options: PushOptions,
): Promise<{ tip: Oid; changed: boolean }> {
  const tip = readRef(gitdir, options.ref);
  if (tip === undefined) {
    const hint = "bring something in first: `mirror` or `sync`";
    throw new Failure("not-found", "there is no index to push yet", hint);
  }
  try {
    return await withRetries(() => tryPush(gitdir, peer, options, tip), {
      signal: options.signal,
    });
  } catch (error) {
    throw error instanceof DownloadError ? unreachable(peer, error) : error;
  }
}

/** Thrown out of the library's call when the other side is up to date. */
class NothingToPush extends Error {}

async function tryPush(
  gitdir: string,
  peer: GitPeer,
  { ref, branch, signal }: PushOptions,
  tip: Oid,
): Promise<{ tip: Oid; changed: boolean }> {
  const objects = openObjectDatabase(gitdir);
  try {
    await understood(peer, () =>
      push({
        fs: pushFileSystem(gitdir, peer.name, objects),
        http: httpClient(peer, signal),
        gitdir,
        url: peer.url,
        remote: peer.name,
        ref,
        remoteRef: `refs/heads/${branch}`,
        cache: {},
        onPrePush({ remoteRef }) {
          if (remoteRef.oid === tip) throw new NothingToPush();
          if (remoteRef.oid !== NOTHING) checkForward(objects, peer, branch, remoteRef.oid, tip);
          return true;
        },
      }).catch((error: unknown) => {
        throw error instanceof Errors.GitPushError ? turnedDown(peer, branch, error) : error;
      }),
    );
    return { tip, changed: true };
  } catch (error) {
    if (error instanceof NothingToPush) return { tip, changed: false };
    throw error;
  } finally {
    objects.close();
  }
}

/** Others may rely on what is there: it is gone on from, never replaced. */
function checkForward(
  objects: ObjectReader,
  peer: GitPeer,
  branch: string,
  there: Oid,
  tip: Oid,
): void {
  if (objects.has(there) && isAncestor(objects, there, tip)) return;
  throw new Failure(
    "exists",
    `${peer.title}: branch ${branch} has history that is not here, and is not overwritten`,
    "take it in with `sync --pull` and push again, or choose another git.branch",
  );
}

/** Runs the library's call: its own errors are about what the host answered. */
async function understood<T>(peer: GitPeer, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const isOurs = error instanceof DownloadError || error instanceof Failure;
    throw isOurs || systemCode(error) === undefined ? error : noIndex(peer, error);
  }
}

/** HTTP as isomorphic-git wants it. */
function httpClient(peer: GitPeer, signal: AbortSignal | undefined): HttpClient {
  return {
    async request({ url, method = "GET", headers = {}, body }) {
      const parts = body === undefined ? undefined : await Array.fromAsync(body);
      const wanted = { url, method, headers, ...(parts && { body: Buffer.concat(parts) }) };
      const answer = await exchange(peer, wanted, signal);
      return {
        url: answer.url,
        method,
        statusCode: answer.status,
        statusMessage: "",
        headers: Object.fromEntries(answer.headers),
        body: atMost(answer, MAX_ANSWER),
      };
    },
  };
}

/** A list of refs, or what became of the push. */
const MAX_ANSWER = 64 * 1024 * 1024;

/** What the host said about the branch, such as that it is protected. */
function turnedDown(
  peer: GitPeer,
  branch: string,
  { data }: InstanceType<typeof Errors.GitPushError>,
): Failure {
  const said = Object.values(data.result.refs).find(({ ok }) => !ok)?.error ?? data.result.error;
  const hint = "ask the host's operator, or choose another git.branch";
  return new Failure("denied", `${peer.title} does not take branch ${branch}: ${said}`, hint);
}
