/** Answers with pages: what a browser may do with them, validators, compression. */
import { matchesEtag } from "../etag.ts";
import type { Html } from "./html.ts";

/** Only this site's own files, and no script or style inside a page. */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Below this many bytes compressing saves nothing. */
const WORTH_COMPRESSING = 1000;

export interface PageOptions {
  readonly status?: number;
  /** For what only a signed-in operator sees: kept by nobody. */
  readonly secret?: boolean;
}

/** A page; 304 when the browser has it already. */
export function pageResponse(
  request: Request,
  page: Html,
  { status = 200, secret = false }: PageOptions = {},
): Response {
  const etag = `W/"${Bun.hash(page.text).toString(36)}"`;
  const all: Record<string, string> = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    vary: "accept, accept-encoding",
    ...(secret ? { "cache-control": "no-store" } : { "cache-control": "no-cache", etag }),
  };
  if (!secret && status === 200 && matchesEtag(request.headers.get("if-none-match"), etag)) {
    delete all["content-type"];
    return new Response(null, { status: 304, headers: all });
  }
  return compressed(request, page.text, all, status);
}

/** A text, compressed when the client takes that. */
function compressed(
  request: Request,
  body: string,
  headers: Readonly<Record<string, string>>,
  status: number,
): Response {
  const bytes = Buffer.from(body);
  if (!takesGzip(request) || bytes.length < WORTH_COMPRESSING) {
    return new Response(bytes, { status, headers });
  }
  return new Response(Bun.gzipSync(bytes, { level: 6 }), {
    status,
    headers: { ...headers, "content-encoding": "gzip" },
  });
}

/** Source: RFC 9110, 12.5.3. */
export function takesGzip({ headers }: Request): boolean {
  const accepted = headers.get("accept-encoding") ?? "";
  return /(?:^|[\s,])gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/i.test(accepted);
}

/** To another page, by GET. */
export function seeOther(
  location: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", ...headers },
  });
}
