/**
 * Brings another registry's Git index here. A source's comes one commit deep, as its history is its
 * own business; a shared index comes with its history, to be gone on from.
 */
import { createBreath } from "../breath.ts";
import { DownloadError, shownUrl, withRetries } from "../download/mod.ts";
import { Failure, messageOf, systemCode } from "../errors.ts";
import {
  type AdvertisedRef,
  changedFiles,
  type FetchQuestion,
  fetchPack,
  INDEX_LIMITS,
  LimitError,
  MissingObjectError,
  type Oid,
  openObjectDatabase,
  ProtocolError,
  type RefListing,
  reachable,
  readRef,
  readShallow,
  writeRef,
} from "../git/mod.ts";
import { VERSION } from "../version.ts";
import { askForPack, listRefs, misunderstood } from "./git-http.ts";
import { type Moving, unguarded } from "./moving.ts";
import { type GitPeer, unreachable } from "./peer.ts";
import { sourceRef } from "./ref.ts";

export interface RefreshOptions {
  readonly signal?: AbortSignal | undefined;
  readonly moving?: Moving;
  /** Called with the old tip and the new, when all of the new is here and the ref still old. */
  readonly beforeMove?: (before: Oid, after: Oid) => Promise<void>;
  /** The branch to take. Default: `main`, or whatever the other side's HEAD is. */
  readonly branch?: string;
  /** Bring all of its history. */
  readonly history?: boolean;
  /** Take nothing for granted of what is here of it. */
  readonly anew?: boolean;
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
  const { signal, beforeMove, branch, history = false, anew = false } = options;
  const ref = sourceRef(peer.name);
  const before = anew ? undefined : readRef(gitdir, ref);
  const listing = await listed(peer, signal);
  const { oid: tip } = tipOf(listing, peer, branch);
  if (tip === before) return { tip, changed: false };
  if (history && listing.isShallow) throw cutHistory(peer);
  // It may have come another way: by a bundle, or as what was pushed from here.
  const isHere = history ? hasHistory(gitdir, tip) : hasCommit(gitdir, tip);
  if (!isHere) await bring(gitdir, peer, listing, tip, options);
  try {
    await checkComplete(gitdir, before, tip, peer, signal);
  } catch (error) {
    if (!(error instanceof DownloadError) || (before === undefined && !isHere)) throw error;
    // What was here before is damaged, and the server took it for whole.
    await bring(gitdir, peer, listing, tip, { ...options, anew: true });
    await checkComplete(gitdir, undefined, tip, peer, signal);
  }
  await (options.moving ?? unguarded)(async () => {
    if (before !== undefined) await beforeMove?.(before, tip);
    await writeRef(gitdir, ref, tip);
  });
  return { tip, changed: true };
}

/** Codes of hosts that are not there at all: to ask again at once would only keep the user waiting. */
const NOBODY: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND"]);

async function listed(peer: GitPeer, signal: AbortSignal | undefined): Promise<RefListing> {
  try {
    return await listRefs(peer, signal);
  } catch (error) {
    const isNobody = error instanceof DownloadError && NOBODY.has(systemCode(error.cause) ?? "");
    throw isNobody ? unreachable(peer, error) : error;
  }
}

/** The wanted branch; without a wish the one that clients pull, or whatever the server's HEAD is. */
function tipOf({ refs }: RefListing, peer: GitPeer, branch: string | undefined): AdvertisedRef {
  const wanted = branch === undefined ? ["refs/heads/main", "HEAD"] : [`refs/heads/${branch}`];
  for (const name of wanted) {
    const found = refs.find((ref) => ref.name === name);
    if (found) return found;
  }
  throw emptyIndex(peer, branch);
}

/** An index of 100,000 modules packs to less than a fifth of this. */
const MOST_PACK = 512 * 1024 ** 2;
/** The index of a million modules is less than a quarter of this. */
const MOST_WORK = 16 * 1024 ** 3;

async function bring(
  gitdir: string,
  peer: GitPeer,
  { capabilities }: RefListing,
  want: Oid,
  { signal, history = false, anew = false }: RefreshOptions,
): Promise<void> {
  const depth = history ? undefined : 1;
  const question = anew
    ? { want, haves: [], shallows: [], depth }
    : questionFor(gitdir, peer, want, depth);
  // Whose history is gone on from is trusted with how long it is.
  const work = history ? Number.POSITIVE_INFINITY : MOST_WORK;
  const limits = { ...INDEX_LIMITS, pack: MOST_PACK, work };
  const send = (body: Buffer) => askForPack(peer, body, signal);
  const agent = `moonbit-registry/${VERSION}`;
  try {
    await fetchPack(gitdir, question, capabilities, send, { agent, limits, signal });
  } catch (error) {
    throw explained(error, gitdir, peer);
  }
}

/** Says what is here, which the server leaves out of the pack. */
function questionFor(
  gitdir: string,
  peer: GitPeer,
  want: Oid,
  depth: number | undefined,
): FetchQuestion {
  const objects = openObjectDatabase(gitdir);
  try {
    const before = readRef(gitdir, sourceRef(peer.name));
    const haves = before !== undefined && objects.has(before) ? [before] : [];
    // Who was killed between writing that list and the pack has commits on it that are not here.
    const shallows = [...readShallow(gitdir)].filter((oid) =>
      depth === undefined ? objects.has(oid) : haves.includes(oid),
    );
    return { want, haves, shallows, depth };
  } finally {
    objects.close();
  }
}

/** The peer has shown before that it speaks Git: what is not understood was cut on its way. */
function explained(error: unknown, gitdir: string, peer: GitPeer): unknown {
  if (error instanceof LimitError) return tooMuch(peer, error);
  const isAnswer = error instanceof ProtocolError || error instanceof SyntaxError;
  if (isAnswer || error instanceof RangeError) return misunderstood(peer.url, error);
  const isTold = error instanceof DownloadError || error instanceof Failure;
  if (isTold || systemCode(error) === undefined) return error;
  return new Failure(
    "io",
    `cannot write to ${gitdir}: ${messageOf(error)}`,
    "make room or mend the permissions, then run the same again",
    { cause: error },
  );
}

/** A commit alone can be had of it, but what goes on from it would have no beginning. */
function cutHistory({ title, check }: GitPeer): Failure {
  const hint = `check ${check}; \`git fetch --unshallow\` there makes it whole`;
  return new Failure("upstream", `${title} is a shallow repository: its history is cut`, hint);
}

/** Not to be asked for again: it would be as much. */
function tooMuch({ title, check }: GitPeer, error: LimitError): Failure {
  const hint = `check ${check}, or ask its operator: no index of modules is like that`;
  return new Failure("upstream", `${title}: ${error.message}`, hint, { cause: error });
}

function hasCommit(gitdir: string, oid: Oid): boolean {
  const objects = openObjectDatabase(gitdir);
  try {
    return objects.has(oid);
  } finally {
    objects.close();
  }
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

/** Of the tip before, all is here: it would not have become the tip else. */
async function checkComplete(
  gitdir: string,
  before: Oid | undefined,
  tip: Oid,
  peer: GitPeer,
  signal: AbortSignal | undefined,
): Promise<void> {
  const objects = openObjectDatabase(gitdir);
  const breathe = createBreath(signal);
  try {
    const isKnown = before !== undefined && objects.has(before);
    const known = isKnown ? objects.commit(before).tree : undefined;
    for (const { path, after } of changedFiles(objects, known, objects.commit(tip).tree)) {
      if (after !== undefined && !objects.has(after)) {
        throw misunderstood(peer.url, `${path} did not arrive`);
      }
      const turn = breathe();
      if (turn) await turn;
    }
  } catch (error) {
    if (error instanceof LimitError) throw tooMuch(peer, error);
    throw error instanceof MissingObjectError ? misunderstood(peer.url, error) : error;
  } finally {
    objects.close();
  }
}
