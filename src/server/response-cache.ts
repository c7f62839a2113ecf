/**
 * Answers to GETs, ready to be sent again: clients ask for the same things, and what they are answered
 * changes only with what it was made from. Bounded; what was not asked for longest goes first.
 *
 * Only what anybody may read is kept, and only plain requests get it: who sends a token, a validator or a
 * range is answered by the routes.
 */
import { lookEachTurn } from "../files/mod.ts";
import { createLru } from "../lru.ts";

/** How an answer is sent again. */
export interface Reusable {
  /** The whole body; undefined once it is not there any more, or would be another. */
  readonly body: () => Blob | undefined;
  /** Bytes of memory that this holds. */
  readonly size: number;
  /** Told of each time that it is sent again. */
  readonly onSent?: () => void;
}

const reusable = new WeakMap<Response, Reusable>();

/**
 * Marks an answer, of status 200 to a GET, that depends on nothing of the request but its URL, and whose
 * body and headers stand until the generation of what is served changes.
 */
export function reuse(response: Response, how: Reusable): Response {
  reusable.set(response, how);
  return response;
}

export interface Answer {
  readonly response: Response;
  /** Of the body, when that is known. */
  readonly bytes: number | undefined;
}

export interface ResponseCache {
  /** Answers a request from what is kept, or else by asking, and keeps what may be sent again. */
  respond(request: Request, ask: () => Promise<Response> | Response): Promise<Answer>;
}

export interface ResponseCacheOptions {
  /** Grows whenever an answer may have become another. */
  readonly generation: () => number;
  /** Whether what is kept may be given out: anybody may read it, and what it was made from is there. */
  readonly isOpen: () => boolean;
  /** Bytes to keep. */
  readonly limit?: number;
}

interface Kept extends Reusable {
  readonly headers: Headers;
}

const LIMIT = 32 * 1024 * 1024;
/** Bytes that an answer takes beside its body and its URL: its headers, its place in the map. */
const OVERHEAD = 2_500;
/** What makes a request's answer another than that of its URL. */
const SPECIAL = ["authorization", "range", "if-none-match"] as const;

export function createResponseCache(options: ResponseCacheOptions): ResponseCache {
  const { generation, isOpen, limit = LIMIT } = options;
  const kept = createLru<string, Kept>(limit, ({ size }, { length }) => size + length + OVERHEAD);
  let seen: number | undefined;

  const current = (): number | undefined => {
    try {
      return generation();
    } catch {
      // An index that cannot be read: the routes come upon it as well, and tell.
      return undefined;
    }
  };
  /** What is kept is of this generation afterwards; undefined: nothing may be given out. */
  const look = lookEachTurn((): number | undefined => {
    const now = current();
    if (now === undefined) return undefined;
    if (now !== seen) kept.clear();
    seen = now;
    return now;
  });
  const isOpenNow = lookEachTurn(isOpen);

  const find = (url: string): Answer | undefined => {
    const found = kept.get(url);
    const body = found && isOpenNow() ? found.body() : undefined;
    if (!found || !body) return undefined;
    found.onSent?.();
    return { response: new Response(body, { headers: found.headers }), bytes: body.size };
  };

  return {
    async respond(request, ask) {
      const before = isPlain(request) ? look() : undefined;
      const known = before === undefined ? undefined : find(request.url);
      if (known) return known;
      const response = await ask();
      const how = before === undefined ? undefined : reusable.get(response);
      // What was made while something changed may be of before.
      if (how && isOpen() && current() === before) {
        kept.set(request.url, { ...how, headers: new Headers(response.headers) });
      }
      const length = response.headers.get("content-length");
      return { response, bytes: length === null ? undefined : Number(length) };
    },
  };
}

function isPlain({ method, headers }: Request): boolean {
  return method === "GET" && !SPECIAL.some((name) => headers.has(name));
}
