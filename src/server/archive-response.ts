/** Answers for immutable bytes: validators, ranges, caching. Source: RFC 9110 (13, 14), RFC 8246. */
import { matchesEtag } from "../etag.ts";
import { unsent } from "./head-body.ts";

const IMMUTABLE = "public, max-age=31536000, immutable";

/** A part of a body, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * @param size of the whole body, in bytes
 * @returns undefined to send the whole (no range, or one that is not understood), "unsatisfiable" for 416
 */
export function parseRange(
  header: string | null,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const length = Number(match[2]);
    return length === 0 ? "unsatisfiable" : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== "" && Number(match[2]) < start) return undefined;
  return start >= size ? "unsatisfiable" : { start, end };
}

/** What bytes are sent as. */
export interface SentAs {
  /** By default for ever: the bytes of a version never change. */
  readonly cacheControl?: string;
  /** By default an archive's. */
  readonly contentType?: string;
}

/**
 * @param request GET or HEAD
 * @param sha256 of the body: its ETag
 */
export function archiveResponse(
  request: Request,
  body: Blob,
  sha256: string,
  sentAs: SentAs = {},
): Response {
  const etag = `"${sha256}"`;
  const headers = headersOf(etag, sentAs);
  if (matchesEtag(request.headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  const ifRange = request.headers.get("if-range");
  // Only a GET has ranges. Source: RFC 9110, 14.2.
  const isAsked = request.method === "GET" && (ifRange === null || ifRange === etag);
  const wanted = isAsked ? request.headers.get("range") : null;
  const range = parseRange(wanted, body.size);
  if (range === "unsatisfiable") {
    headers["content-range"] = `bytes */${body.size}`;
    // What the client asked wrongly is nothing to keep, least of all for ever.
    headers["cache-control"] = "no-store";
    return new Response(null, { status: 416, headers });
  }
  const part = range ? body.slice(range.start, range.end + 1) : body;
  headers["content-length"] = String(part.size);
  if (range) headers["content-range"] = `bytes ${range.start}-${range.end}/${body.size}`;
  const sent = request.method === "HEAD" ? unsent(part.size) : part;
  return new Response(sent, { status: range ? 206 : 200, headers });
}

/** The answer with a body that is still coming in: in chunks, so that breaking off shows. */
export function incomingResponse(body: ReadableStream<Uint8Array>, sha256: string): Response {
  return new Response(body, { headers: headersOf(`"${sha256}"`, {}) });
}

function headersOf(
  etag: string,
  { cacheControl = IMMUTABLE, contentType = "application/zip" }: SentAs,
): Record<string, string> {
  return {
    etag,
    "cache-control": cacheControl,
    "accept-ranges": "bytes",
    "content-type": contentType,
    "x-content-type-options": "nosniff",
  };
}
