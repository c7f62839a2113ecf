/**
 * Git's smart HTTP with one peer. What may be better next time is a `DownloadError`, what the user has to
 * mend a `Failure`. Source: gitprotocol-http(5).
 */
import {
  atMost,
  collect,
  DownloadError,
  type HttpAnswer,
  type HttpRequest,
  request,
  shownUrl,
} from "../download/mod.ts";
import { Failure, messageOf } from "../errors.ts";
import { CutShortError, ProtocolError, type RefListing, readRefListing } from "../git/mod.ts";
import { authHeaders } from "./credentials.ts";
import { denied, type GitPeer } from "./peer.ts";

/** A server may think for a while about a big index before it says anything. */
const ANSWER_TIMEOUT_MS = 60_000;
/** A hundred thousand refs take less. */
const MAX_LISTING = 32 * 1024 * 1024;

/**
 * The peer's refs. One request.
 *
 * @throws {Failure} "upstream" when it speaks no Git
 */
export async function listRefs(peer: GitPeer, signal?: AbortSignal): Promise<RefListing> {
  const answer = await exchange(peer, listingRequest(peer.url), signal);
  const body = await collect(answer, MAX_LISTING);
  try {
    return readRefListing(body);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    // What is something else may end anywhere; a listing that does was cut.
    if (error instanceof CutShortError && isListing(answer)) {
      throw misunderstood(answer.url, error);
    }
    throw noIndex(peer, error);
  }
}

/** What asks for refs. Version 1 lists them at once; version 2 takes a second request. */
export function listingRequest(url: string): HttpRequest {
  return { url: `${base(url)}/info/refs?service=git-upload-pack`, headers: PROTOCOL };
}

const PROTOCOL = { "git-protocol": "version=1" };

const base = (url: string): string => url.replace(/\/+$/, "");

function isListing({ headers }: HttpAnswer): boolean {
  return headers.get("content-type") === "application/x-git-upload-pack-advertisement";
}

/** A little more than the biggest pack that is taken. */
const MAX_ANSWER = 600 * 1024 ** 2;

/** Sends what is wanted and gives the body of the answer, as it comes. */
export async function askForPack(
  peer: GitPeer,
  question: Uint8Array,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const answer = await exchange(
    peer,
    {
      url: `${base(peer.url)}/git-upload-pack`,
      method: "POST",
      headers: { ...PROTOCOL, "content-type": "application/x-git-upload-pack-request" },
      body: question,
    },
    signal,
  );
  return atMost(answer, MAX_ANSWER);
}

/**
 * One request to a peer, with its credentials.
 *
 * @throws {Failure} or {DownloadError} unless it is answered with 200
 */
export async function exchange(
  peer: GitPeer,
  wanted: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer> {
  const credentials = authHeaders(peer, wanted.url);
  const patienceMs = peer.timeoutMs;
  const limits = { answerTimeoutMs: patienceMs ?? ANSWER_TIMEOUT_MS, signal };
  const answer = await request({ ...wanted, credentials, patienceMs }, limits);
  if (answer.status === 200) return answer;
  await answer.discard();
  throw refusal(peer, answer);
}

function refusal(peer: GitPeer, { url, status }: HttpAnswer): Failure | DownloadError {
  if (status === 401 || status === 403) return denied(peer, status);
  const message = `${shownUrl(url)} answered ${status}`;
  if (status !== 404) return new DownloadError("server-error", message, { status });
  const hint = `check ${peer.check}: it is where the Git index is`;
  return new Failure("upstream", `${peer.title}: ${message}`, hint);
}

/** What answers is something else. */
export function noIndex(peer: GitPeer, error: unknown): Failure {
  return new Failure(
    "upstream",
    `${peer.title}: ${shownUrl(peer.url)} is no Git index: ${messageOf(error)}`,
    `check ${peer.check}: it must speak Git's smart HTTP`,
    { cause: error },
  );
}

/** What came is no whole answer. Perhaps it was cut on its way, so it is asked for again. */
export function misunderstood(url: string, error: unknown): DownloadError {
  const message = `what came from ${shownUrl(url)} is no whole index: ${messageOf(error)}`;
  return new DownloadError("truncated", message, { cause: error });
}
