/**
 * Smart HTTP for one branch: `GET info/refs?service=git-upload-pack` and `POST git-upload-pack`.
 * Source: gitprotocol-http(5).
 */
import { gunzipSync } from "node:zlib";
import { type AnswerCache, createAnswerCache } from "./answer-cache.ts";
import { advertiseRefs, advertiseV2 } from "./protocol/advertisement.ts";
import { parseCommand } from "./protocol/command.ts";
import { type FetchRequest, parseFetchV0, parseFetchV2 } from "./protocol/fetch-request.ts";
import { encodeLsRefs, parseLsRefs } from "./protocol/ls-refs.ts";
import { FLUSH, ProtocolError, packet } from "./protocol/pkt-line.ts";
import type { AdvertisedRef } from "./protocol/ref.ts";
import {
  NotOurRefError,
  type ProtocolVersion,
  type ServedBranch,
  uploadPack,
} from "./upload-pack.ts";

export interface GitEndpoint {
  /** Answers `GET info/refs`. */
  advertise(request: Request): Response;
  /** Answers `POST git-upload-pack`. */
  uploadPack(request: Request): Promise<Response>;
}

export interface GitEndpointOptions {
  /** What is served now; asked once a request. */
  readonly branch: () => ServedBranch;
  /** Told to clients, such as `moonbit-registry/1.0`. */
  readonly agent: string;
}

/** A body holds 50 bytes a want or have: far more than any client sends. */
const MAX_BODY = 32 * 1024 * 1024;

/** Questions longer than this come from a long negotiation and are never asked twice. */
const MAX_CACHED_QUESTION = 8 * 1024;
const MAX_CACHED_ANSWER = 32 * 1024 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;

const NO_CACHE = {
  expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  pragma: "no-cache",
  "cache-control": "no-cache, max-age=0, must-revalidate",
};

export function createGitEndpoint({ branch, agent }: GitEndpointOptions): GitEndpoint {
  const cache = createAnswerCache(CACHE_BYTES);
  return {
    advertise(request) {
      const service = new URL(request.url).searchParams.get("service");
      if (service !== "git-upload-pack") {
        const what = service === null ? "dumb HTTP is not served" : `${service} is not served`;
        return refusal(403, `${what}: this index is for smart HTTP clones and fetches`);
      }
      const version = protocolVersion(request);
      const body =
        version === 2
          ? advertiseV2(agent)
          : advertiseRefs(advertisedRefs(branch()), agent, version);
      return new Response(body, {
        headers: { ...NO_CACHE, "content-type": "application/x-git-upload-pack-advertisement" },
      });
    },

    async uploadPack(request) {
      try {
        const body = await readBody(request);
        return answer(branch(), protocolVersion(request), body, cache);
      } catch (error) {
        if (error instanceof NotOurRefError) return result(packet(`ERR ${error.message}\n`));
        if (error instanceof ProtocolError) return refusal(400, error.message);
        if (error instanceof TooLargeError) return refusal(413, error.message);
        throw error;
      }
    },
  };
}

function answer(
  branch: ServedBranch,
  version: ProtocolVersion,
  body: Buffer,
  cache: AnswerCache,
): Response {
  const tip = branch.tip ?? "";
  const question =
    body.length <= MAX_CACHED_QUESTION ? `${version} ${body.toString("latin1")}` : undefined;
  const known = question === undefined ? undefined : cache.get(tip, question);
  if (known) return result(known);

  const pieces = answerPieces(branch, version, body);
  const ready: Buffer[] = [];
  let size = 0;
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    ready.push(next.value);
    size += next.value.length;
    if (size > MAX_CACHED_ANSWER) return result(streamed(ready, pieces));
  }
  const whole = new Blob(ready);
  if (question !== undefined) cache.set(tip, question, whole);
  return result(whole);
}

function* answerPieces(
  branch: ServedBranch,
  version: ProtocolVersion,
  body: Buffer,
): Generator<Buffer> {
  // Git asks nothing, before it sends a long request in chunks, to see whether it may.
  if (body.length === 0 || body.equals(FLUSH)) return;
  if (version !== 2) {
    yield* uploadPack(branch, parseFetchV0(body), version);
    return;
  }
  const command = parseCommand(body);
  if (command.name === "ls-refs") {
    yield encodeLsRefs(advertisedRefs(branch), parseLsRefs(command.args), branch.ref);
  } else if (command.name === "fetch") {
    const request: FetchRequest = parseFetchV2(command.args);
    yield* uploadPack(branch, request, version);
  } else {
    throw new ProtocolError(`unknown command '${command.name.slice(0, 40)}'`);
  }
}

/** A big answer goes out as the client takes it, so that it is never whole in memory. */
function streamed(ready: readonly Buffer[], rest: Iterator<Buffer>): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const next = at < ready.length ? { done: false, value: ready[at++]! } : rest.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
  });
}

function advertisedRefs({ tip, ref }: ServedBranch): AdvertisedRef[] {
  if (tip === undefined) return [];
  return [
    { name: "HEAD", oid: tip, symrefTarget: ref },
    { name: ref, oid: tip },
  ];
}

/** The highest version that the client offers and this server speaks. */
function protocolVersion(request: Request): ProtocolVersion {
  const offered = (request.headers.get("git-protocol") ?? "").split(":");
  if (offered.includes("version=2")) return 2;
  return offered.includes("version=1") ? 1 : 0;
}

class TooLargeError extends Error {}

async function readBody(request: Request): Promise<Buffer> {
  const raw = Buffer.from(await request.arrayBuffer());
  if (raw.length > MAX_BODY) throw new TooLargeError("the request is too large");
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || encoding === "identity") return raw;
  if (encoding !== "gzip" && encoding !== "x-gzip") {
    throw new ProtocolError(`content-encoding ${encoding.slice(0, 40)} is not understood`);
  }
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_BODY });
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new TooLargeError("the request is too large");
    }
    throw new ProtocolError("the request is not the gzip that it says it is");
  }
}

function result(body: Blob | Buffer | ReadableStream<Uint8Array>): Response {
  return new Response(body, {
    headers: {
      ...NO_CACHE,
      "content-type": "application/x-git-upload-pack-result",
      ...(body instanceof Blob && { "content-length": String(body.size) }),
    },
  });
}

function refusal(status: number, message: string): Response {
  return new Response(`${message}\n`, { status, headers: { "content-type": "text/plain" } });
}
