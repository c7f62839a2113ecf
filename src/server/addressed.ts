/**
 * Under which URL a server was asked. Everything goes by a request's URL, and its host is what the client says it
 * is: nothing, or what makes no URL. Source: RFC 9112 (3.2, 3.3).
 */
import { errorResponse } from "./errors.ts";

export interface Addressed {
  /** By a URL in any case. */
  readonly request: Request;
  /** What a client is told whose `Host` makes no URL. */
  readonly refusal?: Response;
}

/** @param own address of this server, for whoever names none, as HTTP/1.0 does not have to */
export function addressed(sent: Request, own: string): Addressed {
  const { url } = sent;
  if (isUrl(url)) return { request: sent };
  const path = url.startsWith("/") ? url : url.slice(url.indexOf("/", url.indexOf("://") + 3));
  const request = new Request(own + path, sent);
  return sent.headers.get("host") ? { request, refusal: misnamed() } : { request };
}

/** Where clients have reached this server by: all that they say of it is the same again and again. */
const origins = new Set<string>();
const MOST_ORIGINS = 100;

function isUrl(url: string): boolean {
  const end = url.indexOf("/", "https://".length);
  const origin = end < 0 ? url : url.slice(0, end);
  if (origins.has(origin)) return true;
  if (!URL.canParse(url)) return false;
  if (origins.size < MOST_ORIGINS) origins.add(origin);
  return true;
}

function misnamed(): Response {
  const hint = "send the name that this server is reached by, such as `Host: localhost:8080`";
  return errorResponse(400, "usage", "the Host of the request is none", hint);
}
