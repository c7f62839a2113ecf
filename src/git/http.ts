/**
 * Smart HTTP for one branch: `GET info/refs?service=git-upload-pack` and `POST git-upload-pack`.
 * Source: gitprotocol-http(5).
 */
import { gunzipSync } from "node:zlib";
import { hasCode, systemCode } from "../errors.ts";
import { tooLarge, wholeBody } from "../request-body.ts";
import { type AnswerCache, createAnswerCache } from "./answer-cache.ts";
import { createLeadsTo, type LeadsTo } from "./closure.ts";
import { advertiseRefs, advertiseV2 } from "./protocol/advertisement.ts";
import { parseCommand } from "./protocol/command.ts";
import { type FetchRequest, parseFetchV0, parseFetchV2 } from "./protocol/fetch-request.ts";
import { encodeLsRefs, parseLsRefs } from "./protocol/ls-refs.ts";
import { FLUSH, ProtocolError, packet, RefusedError } from "./protocol/pkt-line.ts";
import type { AdvertisedRef } from "./protocol/ref.ts";
import { type ProtocolVersion, type ServedBranch, uploadPack } from "./upload-pack.ts";

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
  /** Told why an answer that had begun could not be finished. */
  readonly onBroken: (error: unknown) => void;
}

/**
 * Bytes of a body, as it is sent and unpacked. A want or a have takes 50: a clone without files asks for all of
 * them at once when it is checked out, and this is 200 thousand; no round of a negotiation names as many commits.
 */
const MAX_BODY = 12 * 1024 * 1024;

/** Questions longer than this come from a long negotiation and are never asked twice. */
const MAX_CACHED_QUESTION = 8 * 1024;
/** Made before any of it is sent: most answers are no bigger. */
const AT_ONCE = 1024 * 1024;
const MAX_CACHED_ANSWER = 32 * 1024 * 1024;
const CACHE_BYTES = 64 * 1024 * 1024;

const NO_CACHE = {
  expires: "Fri, 01 Jan 1980 00:00:00 GMT",
  pragma: "no-cache",
  "cache-control": "no-cache, max-age=0, must-revalidate",
};

export function createGitEndpoint(options: GitEndpointOptions): GitEndpoint {
  const { branch, agent } = options;
  const memory: Memory = { answers: createAnswerCache(CACHE_BYTES), leadsTo: createLeadsTo() };
  const capabilities = advertiseV2(agent);
  return {
    advertise(request) {
      const service = new URL(request.url).searchParams.get("service");
      if (service !== "git-upload-pack") {
        const what = service === null ? "dumb HTTP is not served" : `${service} is not served`;
        return refusal(403, `${what}: this index is for smart HTTP clones and fetches`);
      }
      const version = protocolVersion(request);
      const body =
        version === 2 ? capabilities : advertiseRefs(advertisedRefs(branch()), agent, version);
      return new Response(body, {
        headers: { ...NO_CACHE, "content-type": "application/x-git-upload-pack-advertisement" },
      });
    },

    async uploadPack(request) {
      try {
        const body = await readBody(request);
        return answer(options, protocolVersion(request), body, memory);
      } catch (error) {
        if (error instanceof RefusedError) return result(packet(`ERR ${error.message}\n`));
        if (error instanceof ProtocolError) return refusal(400, error.message);
        if (hasCode(error, "too-large")) {
          return refusal(413, error.message);
        }
        throw error;
      }
    },
  };
}

/** What is known from earlier requests. */
interface Memory {
  readonly answers: AnswerCache;
  readonly leadsTo: LeadsTo;
}

function answer(
  { branch, onBroken }: GitEndpointOptions,
  version: ProtocolVersion,
  body: Buffer,
  { answers, leadsTo }: Memory,
): Response {
  const served = branch();
  const tip = served.tip ?? "";
  const question =
    body.length <= MAX_CACHED_QUESTION ? `${version} ${body.toString("latin1")}` : undefined;
  const known = question === undefined ? undefined : answers.get(tip, question);
  if (known) return result(known);

  const pieces = answerPieces(served, version, body, leadsTo);
  const ready: Buffer[] = [];
  let size = 0;
  for (let next = pieces.next(); !next.done; next = pieces.next()) {
    ready.push(next.value);
    size += next.value.length;
    if (size > AT_ONCE) {
      const onWhole = (whole: Blob) => {
        if (question !== undefined && branch().tip === tip) answers.set(tip, question, whole);
      };
      return result(streamed(ready, pieces, onWhole, onBroken));
    }
  }
  const whole = new Blob(ready);
  if (question !== undefined) answers.set(tip, question, whole);
  return result(whole);
}

function* answerPieces(
  branch: ServedBranch,
  version: ProtocolVersion,
  body: Buffer,
  leadsTo: LeadsTo,
): Generator<Buffer> {
  // Git asks nothing, before it sends a long request in chunks, to see whether it may.
  if (body.length === 0 || body.equals(FLUSH)) return;
  if (version !== 2) {
    yield* uploadPack(branch, parseFetchV0(body), version, leadsTo);
    return;
  }
  const command = parseCommand(body);
  if (command.name === "ls-refs") {
    yield encodeLsRefs(advertisedRefs(branch), parseLsRefs(command.args), branch.ref);
  } else if (command.name === "fetch") {
    const request: FetchRequest = parseFetchV2(command.args);
    yield* uploadPack(branch, request, version, leadsTo);
  } else {
    throw new ProtocolError(`unknown command '${command.name.slice(0, 40)}'`);
  }
}

/**
 * A big answer goes out while it is made, as the client takes it: other requests have their turn
 * between its pieces, and one that is too big to be kept is never whole in memory.
 *
 * @param onWhole given what was sent, when all of it was and that may be kept
 */
function streamed(
  ready: readonly Buffer[],
  rest: Generator<Buffer>,
  onWhole: (answer: Blob) => void,
  onBroken: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const pieces = joined(ready, rest);
  const sent: Buffer[] = [];
  let size = 0;
  return new ReadableStream({
    pull(controller) {
      try {
        const next = pieces.next();
        if (next.done) {
          controller.close();
          if (size <= MAX_CACHED_ANSWER) onWhole(new Blob(sent));
          return;
        }
        size += next.value.length;
        if (size <= MAX_CACHED_ANSWER) sent.push(next.value);
        else sent.length = 0;
        controller.enqueue(next.value);
      } catch (error) {
        // What was sent says that it broke off, or lacks the end by which a client knows a whole pack.
        controller.close();
        onBroken(error);
      }
    },
    cancel: () => void rest.return(undefined),
  });
}

function* joined(ready: readonly Buffer[], rest: Iterable<Buffer>): Generator<Buffer> {
  yield* ready;
  yield* rest;
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

async function readBody(request: Request): Promise<Buffer> {
  const raw = await wholeBody(request, MAX_BODY);
  const encoding = request.headers.get("content-encoding");
  if (encoding === null || encoding === "identity") return raw;
  if (encoding !== "gzip" && encoding !== "x-gzip") {
    throw new ProtocolError(`content-encoding ${encoding.slice(0, 40)} is not understood`);
  }
  try {
    return gunzipSync(raw, { maxOutputLength: MAX_BODY });
  } catch (error) {
    if (systemCode(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(MAX_BODY);
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
