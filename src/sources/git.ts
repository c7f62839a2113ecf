/** Brings a source's Git index here, one commit deep: its history is the source's own business. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type FetchResult,
  fetch as gitFetch,
  type HttpClient,
  listServerRefs,
} from "isomorphic-git";
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, withRetries } from "../download/mod.ts";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { isTree, type Oid, openObjectDatabase, readRef, writeRef } from "../git/mod.ts";
import { fetchFileSystem } from "./git-fs.ts";
import { gitHttp } from "./git-http.ts";
import { sourceRef } from "./ref.ts";

export interface RefreshOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the old tip and the new, when all of the new is here and the ref still old. */
  readonly beforeMove?: (before: Oid, after: Oid) => Promise<void>;
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
  source: SourceConfig,
  options: RefreshOptions = {},
): Promise<{ tip: Oid; changed: boolean }> {
  const { signal } = options;
  try {
    return await withRetries(() => tryRefresh(gitdir, source, options), { signal });
  } catch (error) {
    throw error instanceof DownloadError ? unreachable(source, error) : error;
  }
}

async function tryRefresh(
  gitdir: string,
  source: SourceConfig,
  { signal, beforeMove }: RefreshOptions,
): Promise<{ tip: Oid; changed: boolean }> {
  const ref = sourceRef(source.name);
  const before = readRef(gitdir, ref);
  const http = gitHttp(source, signal);
  const found = await understood(source, () => remoteTip(source, http));
  if (found.oid === before) return { tip: found.oid, changed: false };

  const fetched = await wholly(() => fetchTip(gitdir, source, found.ref, http));
  const tip = fetched.fetchHead;
  if (tip === null) throw emptyIndex(source);
  if (fetched.packfile) await checkPack(join(gitdir, fetched.packfile), source);
  checkComplete(gitdir, tip, source);
  if (before !== undefined) await beforeMove?.(before, tip);
  await writeRef(gitdir, ref, tip);
  return { tip, changed: true };
}

/** Codes of hosts that are not there at all: to ask again at once would only keep the user waiting. */
const NOBODY: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND"]);

function unreachable(source: SourceConfig, error: DownloadError): Failure {
  return new Failure(
    "upstream",
    `source ${source.name} cannot be reached: ${error.message}`,
    `check the network and the URL (\`source list\`), or \`source disable ${source.name}\``,
    { cause: error },
  );
}

/** The branch that clients pull, or whatever the server's HEAD is. */
async function remoteTip(
  source: SourceConfig,
  http: HttpClient,
): Promise<{ ref: string; oid: Oid }> {
  // Version 1 lists its refs in the first answer; version 2 takes a second request.
  const refs = await listServerRefs({ http, url: source.indexUrl, protocolVersion: 1 });
  const found =
    refs.find((ref) => ref.ref === "refs/heads/main") ?? refs.find((ref) => ref.ref === "HEAD");
  if (!found) throw emptyIndex(source);
  return found;
}

async function fetchTip(
  gitdir: string,
  source: SourceConfig,
  remoteRef: string,
  http: HttpClient,
): Promise<FetchResult & { packfile?: string }> {
  const objects = openObjectDatabase(gitdir);
  try {
    return await gitFetch({
      fs: fetchFileSystem(gitdir, source.name, objects.has),
      http,
      gitdir,
      url: source.indexUrl,
      remote: source.name,
      ref: sourceRef(source.name), // what is here already: the server leaves it out of the pack
      remoteRef,
      depth: 1,
      singleBranch: true,
      tags: false,
    });
  } finally {
    objects.close();
  }
}

/**
 * Runs the library's fetch. The source has shown before that it speaks Git, so what the library does
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
async function understood<T>(source: SourceConfig, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof DownloadError) {
      throw NOBODY.has(systemCode(error.cause) ?? "") ? unreachable(source, error) : error;
    }
    if (error instanceof Failure || systemCode(error) === undefined) throw error;
    throw new Failure(
      "upstream",
      `source ${source.name}: ${source.indexUrl} is no Git index: ${messageOf(error)}`,
      "check the source's index_url: it must speak Git's smart HTTP",
      { cause: error },
    );
  }
}

function emptyIndex(source: SourceConfig): Failure {
  return new Failure(
    "upstream",
    `source ${source.name}: the index at ${source.indexUrl} has no commits`,
    "check the source's index_url, or ask its operator",
  );
}

/** The library does not look at a pack's trailer, which is what shows that it arrived whole. */
async function checkPack(path: string, source: SourceConfig): Promise<void> {
  const pack = await readFile(path);
  const sum = createHash("sha1").update(pack.subarray(0, -20)).digest();
  if (!sum.equals(pack.subarray(-20))) throw brokenIndex(source, "the pack is damaged");
}

function checkComplete(gitdir: string, tip: Oid, source: SourceConfig): void {
  const objects = openObjectDatabase(gitdir);
  try {
    const queue = [objects.commit(tip).tree];
    for (let tree = queue.pop(); tree !== undefined; tree = queue.pop()) {
      for (const entry of objects.tree(tree)) {
        if (isTree(entry)) queue.push(entry.oid);
        else if (!objects.has(entry.oid)) throw brokenIndex(source, `${entry.name} did not arrive`);
      }
    }
  } finally {
    objects.close();
  }
}

/** Perhaps it was cut on its way, so it is asked for again. */
function brokenIndex({ indexUrl }: SourceConfig, what: string): DownloadError {
  return new DownloadError("truncated", `what came from ${indexUrl} is no whole index: ${what}`);
}
