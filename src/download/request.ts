/**
 * One HTTP request: redirects followed by hand, credentials kept to their origin, waiting bounded.
 * What the server answers is the caller's to judge; what goes wrong on the way is a `DownloadError`.
 */
import { messageOf, systemCode } from "../errors.ts";
import { DownloadError, shownUrl } from "./error.ts";
import { redirected } from "./redirect.ts";
import { createWatch, type Watch } from "./watch.ts";

export interface HttpRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  /** Headers for the URL's own origin: no redirect takes them anywhere else. */
  readonly credentials?: Record<string, string>;
  readonly body?: Uint8Array;
  /** How long this server may be silent, in milliseconds, where the limits do not say. */
  readonly patienceMs?: number | undefined;
  /** Throws when a redirect may not be followed to this URL. */
  readonly mayFollow?: (url: string) => void;
}

export interface HttpLimits {
  /** Until the answer begins, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** For each `LEAST` bytes of the body, in milliseconds. */
  readonly idleTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  /** After redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Of the body, in bytes, when the server said. */
  readonly size: number | undefined;
  /** The body in one piece; for small ones. */
  bytes(): Promise<Uint8Array>;
  /** The body as it comes. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Lets go of the body, if nobody has begun to read it. */
  discard(): Promise<void>;
}

const ANSWER_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
/** A body that brings less in its time has stalled: a byte now and then could keep a run busy for ever. */
const LEAST = 1024;

/** @throws {DownloadError} "network" or "timeout"; the signal's reason, once it has one */
export async function request(wanted: HttpRequest, limits: HttpLimits = {}): Promise<HttpAnswer> {
  const watch = createWatch(limits.signal);
  try {
    return await follow(wanted, limits, watch);
  } catch (error) {
    // Else its timer would keep the process alive.
    watch.end();
    throw error;
  }
}

async function follow(wanted: HttpRequest, limits: HttpLimits, watch: Watch): Promise<HttpAnswer> {
  watch.expect(limits.answerTimeoutMs ?? wanted.patienceMs ?? ANSWER_TIMEOUT_MS);
  const idle = limits.idleTimeoutMs ?? wanted.patienceMs ?? IDLE_TIMEOUT_MS;
  const home = new URL(wanted.url).origin;
  let url = wanted.url;
  for (let redirects = 0; ; redirects++) {
    const response = await send(wanted, url, new URL(url).origin === home, watch);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await letGo(response.body);
      url = redirected(url, location, redirects, response.status);
      wanted.mayFollow?.(url);
      continue;
    }
    watch.expect(idle);
    return answerOf(url, response, watch, idle);
  }
}

async function send(
  { method = "GET", headers, credentials, body }: HttpRequest,
  url: string,
  atHome: boolean,
  watch: Watch,
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      // Archives are bytes: an encoding would only change what is hashed.
      headers: { "accept-encoding": "identity", ...headers, ...(atHome ? credentials : {}) },
      redirect: "manual",
      decompress: false,
      signal: watch.signal,
      ...(body && { body }),
    });
  } catch (error) {
    throw broken(url, error, watch);
  }
}

function answerOf(url: string, response: Response, watch: Watch, idle: number): HttpAnswer {
  const length = response.headers.get("content-length");
  let taken = false;
  return {
    url,
    status: response.status,
    headers: response.headers,
    size: length === null ? undefined : Number(length),
    async bytes() {
      taken = true;
      try {
        return await response.bytes();
      } catch (error) {
        throw broken(url, error, watch, "truncated");
      } finally {
        watch.end();
      }
    },
    async *chunks() {
      taken = true;
      const body = response.body?.getReader();
      try {
        for (let came = 0; ; ) {
          const next = await read(body);
          if (!next) return;
          came += next.length;
          if (came >= LEAST) {
            watch.expect(idle);
            came = 0;
          }
          yield next;
        }
      } finally {
        watch.end();
        await letGo(body);
      }
    },
    async discard() {
      watch.end();
      if (!taken) await letGo(response.body);
    },
  };

  async function read(body: { read(): Promise<{ value?: Uint8Array }> } | undefined) {
    try {
      return (await body?.read())?.value;
    } catch (error) {
      throw broken(url, error, watch, "truncated");
    }
  }
}

/** Of a body that broke as well, which fails here once more: whoever wanted it is told, others don't care. */
async function letGo(body: { cancel(): Promise<void> } | null | undefined): Promise<void> {
  await body?.cancel().catch(() => undefined);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection broke off",
  ENOTFOUND: "there is no such host",
  ETIMEDOUT: "the host does not answer",
  EHOSTUNREACH: "the host cannot be reached",
};

/** What a failed call means; the caller's own reason when it was the caller who ended it. */
function broken(
  url: string,
  error: unknown,
  watch: Watch,
  kind: "network" | "truncated" = "network",
): unknown {
  if (watch.expired()) {
    const message = `${shownUrl(url)}: no answer in time`;
    return new DownloadError("timeout", message, { cause: error });
  }
  if (watch.signal.aborted) return watch.signal.reason;
  const reason = REASONS[systemCode(error) ?? ""] ?? messageOf(error);
  return new DownloadError(kind, `${shownUrl(url)}: ${reason}`, { cause: error });
}
