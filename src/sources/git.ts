/**
 * Brings another registry's Git index here. A source's comes one commit deep, as its history is its
 * own business; a shared index comes with its history, to be gone on from.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type FetchResult,
  fetch as gitFetch,
  type HttpClient,
  listServerRefs,
} from "isomorphic-git";
import { DownloadError, shownUrl, withRetries } from "../download/mod.ts";
import { Failure, messageOf, systemCode } from "../errors.ts";
import {
  isTree,
  MissingObjectError,
  type Oid,
  openObjectDatabase,
  reachable,
  readRef,
  writeRef,
} from "../git/mod.ts";
import { fetchFileSystem } from "./git-fs.ts";
import { gitHttp } from "./git-http.ts";
import { type GitPeer, unreachable } from "./peer.ts";
import { sourceRef } from "./ref.ts";

export interface RefreshOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the old tip and the new, when all of the new is here and the ref still old. */
  readonly beforeMove?: (before: Oid, after: Oid) => Promise<void>;
  /** The branch to take. Default: `main`, or whatever the other side's HEAD is. */
  readonly branch?: string;
  /** Bring all of its history. */
  readonly history?: boolean;
}

/**
 * Fetches the tip of a source's index, unless it is here. Costs one request when nothing is new. The
 * ref moves last, and only to a commit of which everything is here and durable.
 *
 * @returns the tip, and whether it is new
 * @throws {Failure} "upstream" when the answer is no index
 */
export async function refreshGitIndex(
  gitdir: string,
  peer: GitPeer,
  options: RefreshOptions = {},
): Promise<{ tip: Oid; changed: boolean }> {
  const { signal } = options;
  try {
    return await withRetries(() => tryRefresh(gitdir, peer, options), { signal });
  } catch (error) {
    throw error instanceof DownloadError ? unreachable(peer, error) : error;
  }
}

async function tryRefresh(
  gitdir: string,
  peer: GitPeer,
  options: RefreshOptions,
): Promise<{ tip: Oid; changed: boolean }> {
  const { signal, beforeMove, branch, history = false } = options;
  const ref = sourceRef(peer.name);
  const before = readRef(gitdir, ref);
  const http = gitHttp(peer, signal);
  const found = await understood(peer, () => remoteTip(peer, http, branch));
  if (found.oid === before) return { tip: found.oid, changed: false };
  // A shared index may be what was pushed from here.
  const isHere = history && hasHistory(gitdir, found.oid);
  const tip = isHere ? found.oid : await bring(gitdir, peer, found.ref, http, options);
  checkComplete(gitdir, tip, peer);
  if (before !== undefined) await beforeMove?.(before, tip);
  await writeRef(gitdir, ref, tip);
  return { tip, changed: true };
}

async function bring(
  gitdir: string,
  peer: GitPeer,
  remoteRef: string,
  http: HttpClient,
  { branch, history = false }: RefreshOptions,
): Promise<Oid> {
  const fetched = await wholly(() => fetchTip(gitdir, peer, remoteRef, http, history));
  if (fetched.fetchHead === null) throw emptyIndex(peer, branch);
  if (fetched.packfile) await checkPack(join(gitdir, fetched.packfile), peer);
  return fetched.fetchHead;
}

/** Whether a commit and all that it goes back to are here. */
function hasHistory(gitdir: string, tip: Oid): boolean {
  const objects = openObjectDatabase(gitdir);
  try {
    reachable(objects, [tip]);
    return true;
  } catch (error) {
    if (error instanceof MissingObjectError) return false;
    throw error;
  } finally {
    objects.close();
  }
}

/** Codes of hosts that are not there at all: to ask again at once would only keep the user waiting. */
const NOBODY: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND"]);

/** The wanted branch; without a wish the one that clients pull, or whatever the server's HEAD is. */
async function remoteTip(
  peer: GitPeer,
  http: HttpClient,
  branch: string | undefined,
): Promise<{ ref: string; oid: Oid }> {
  // Version 1 lists its refs in the first answer; version 2 takes a second request.
  const refs = await listServerRefs({ http, url: peer.url, protocolVersion: 1 });
  const wanted = branch === undefined ? ["refs/heads/main", "HEAD"] : [`refs/heads/${branch}`];
  for (const name of wanted) {
    const found = refs.find(({ ref }) => ref === name);
    if (found) return found;
  }
  throw emptyIndex(peer, branch);
}

async function fetchTip(
  gitdir: string,
  peer: GitPeer,
  remoteRef: string,
  http: HttpClient,
  history: boolean,
): Promise<FetchResult & { packfile?: string }> {
  const objects = openObjectDatabase(gitdir);
  try {
    return await gitFetch({
      fs: fetchFileSystem(gitdir, peer.name, objects.has),
      http,
      gitdir,
      url: peer.url,
      remote: peer.name,
      ref: sourceRef(peer.name), // what is here already: the server leaves it out of the pack
      remoteRef,
      ...(history ? {} : { depth: 1 }),
      singleBranch: true,
      tags: false,
    });
  } finally {
    objects.close();
  }
}

/**
 * Runs the library's fetch. The peer has shown before that it speaks Git, so what the library does
 * not understand was cut on its way.
 */
async function wholly<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof DownloadError || systemCode(error) === undefined) throw error;
    throw new DownloadError("truncated", messageOf(error), { cause: error });
  }
}

/** Runs one of the library's calls: its own errors are about what the source answered. */
export async function understood<T>(peer: GitPeer, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof DownloadError) {
      throw NOBODY.has(systemCode(error.cause) ?? "") ? unreachable(peer, error) : error;
    }
    if (error instanceof Failure || systemCode(error) === undefined) throw error;
    throw new Failure(
      "upstream",
      `${peer.title}: ${shownUrl(peer.url)} is no Git index: ${messageOf(error)}`,
      `check ${peer.check}: it must speak Git's smart HTTP`,
      { cause: error },
    );
  }
}

function emptyIndex(peer: GitPeer, branch: string | undefined): Failure {
  const where = shownUrl(peer.url);
  const what =
    branch === undefined
      ? `the index at ${where} has no commits`
      : `${where} has no branch ${branch}`;
  return new Failure(
    "upstream",
    `${peer.title}: ${what}`,
    `check ${peer.check}, or ask its operator`,
  );
}

/** The library does not look at a pack's trailer, which is what shows that it arrived whole. */
async function checkPack(path: string, peer: GitPeer): Promise<void> {
  const pack = await readFile(path);
  const sum = createHash("sha1").update(pack.subarray(0, -20)).digest();
  if (!sum.equals(pack.subarray(-20))) throw brokenIndex(peer, "the pack is damaged");
}

function checkComplete(gitdir: string, tip: Oid, peer: GitPeer): void {
  const objects = openObjectDatabase(gitdir);
  try {
    const queue = [objects.commit(tip).tree];
    for (let tree = queue.pop(); tree !== undefined; tree = queue.pop()) {
      for (const entry of objects.tree(tree)) {
        if (isTree(entry)) queue.push(entry.oid);
        else if (!objects.has(entry.oid)) throw brokenIndex(peer, `${entry.name} did not arrive`);
      }
    }
  } finally {
    objects.close();
  }
}

/** Perhaps it was cut on its way, so it is asked for again. */
function brokenIndex({ url }: GitPeer, what: string): DownloadError {
  return new DownloadError(
    "truncated",
    `what came from ${shownUrl(url)} is no whole index: ${what}`,
  );
}
