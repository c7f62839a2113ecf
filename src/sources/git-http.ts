/**
 * HTTP as isomorphic-git wants it, for one source: its credentials at its own origin and nowhere
 * else, bounded waiting, and failures that say which source and what to do.
 */
import type { HttpClient } from "isomorphic-git";
import type { SourceConfig } from "../config/mod.ts";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { authHeaders } from "./credentials.ts";

const MAX_REDIRECTS = 5;
/** Between two signs of life. */
const IDLE_MS = 60_000;
/** An index of 100,000 modules packs to less than a tenth of this. */
const MAX_BODY = 1024 * 1024 * 1024;

export function gitHttp(source: SourceConfig): HttpClient {
  return {
    async request({ url, method = "GET", headers = {}, body }) {
      const data = body === undefined ? undefined : Buffer.concat(await collect(body));
      const watch = createWatch(IDLE_MS);
      let at = url;
      for (let redirects = 0; ; redirects++) {
        const response = await send(source, at, method, headers, data, watch.signal);
        watch.alive();
        const next = response.headers.get("location");
        if (response.status >= 300 && response.status < 400 && next !== null) {
          at = redirected(source, at, next, redirects);
          continue;
        }
        if (!response.ok) throw refusal(source, at, response.status);
        return {
          url: at,
          method,
          statusCode: response.status,
          statusMessage: response.statusText,
          headers: Object.fromEntries(response.headers),
          body: chunks(source, at, response, watch),
        };
      }
    },
  };
}

async function send(
  source: SourceConfig,
  url: string,
  method: string,
  headers: Record<string, string>,
  body: Buffer | undefined,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { ...headers, ...authHeaders(source, url) },
      redirect: "manual",
      signal,
      ...(body && { body }),
    });
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw unreachable(source, url, error);
  }
}

function redirected(source: SourceConfig, from: string, location: string, count: number): string {
  const to = new URL(location, from);
  const downgraded = from.startsWith("https:") && to.protocol !== "https:";
  if (count < MAX_REDIRECTS && !downgraded && /^https?:$/.test(to.protocol)) return to.href;
  const what = downgraded ? `redirects to the insecure ${to.origin}` : "redirects without end";
  throw new Failure(
    "upstream",
    `source ${source.name}: ${from} ${what}`,
    "set the source's index_url to where the index really is",
  );
}

async function* chunks(
  source: SourceConfig,
  url: string,
  response: Response,
  watch: Watch,
): AsyncIterableIterator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      watch.alive();
      size += chunk.length;
      if (size > MAX_BODY) throw new RangeError(`the answer is over ${MAX_BODY} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw unreachable(source, url, error);
  } finally {
    watch.end();
  }
}

interface Watch {
  readonly signal: AbortSignal;
  alive(): void;
  end(): void;
}

/** Aborts when nobody has called `alive` for so long. */
function createWatch(ms: number): Watch {
  const controller = new AbortController();
  const expire = () => controller.abort(new Error(`no answer for ${ms / 1000} s`));
  let timer = setTimeout(expire, ms);
  return {
    signal: controller.signal,
    alive() {
      clearTimeout(timer);
      timer = setTimeout(expire, ms);
    },
    end: () => clearTimeout(timer),
  };
}

async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return parts;
}

const REASONS: Readonly<Record<string, string>> = {
  ConnectionRefused: "the connection was refused",
  ECONNREFUSED: "the connection was refused",
  ConnectionClosed: "the connection was closed",
  ECONNRESET: "the connection was closed",
  FailedToOpenSocket: "no connection could be made",
  ENOTFOUND: "there is no such host",
};

function unreachable(source: SourceConfig, url: string, error: unknown): Failure {
  const reason = REASONS[systemCode(error) ?? ""] ?? messageOf(error);
  return new Failure(
    "upstream",
    `source ${source.name} cannot be reached at ${shown(url)}: ${reason}`,
    `check the network and the URL (\`source list\`), or turn it off: \`source disable ${source.name}\``,
    { cause: error },
  );
}

function refusal(source: SourceConfig, url: string, status: number): Failure {
  if (status === 401 || status === 403) {
    const hint = source.auth
      ? `check ${variables(source)}, which the source's auth names`
      : `give it credentials: \`source add ${source.name} … --token-env VAR\``;
    return new Failure("denied", `source ${source.name} refused access (${status})`, hint);
  }
  const hint =
    status === 404
      ? "check the source's index_url: it is where the Git index is"
      : "try again later";
  return new Failure("upstream", `source ${source.name}: ${shown(url)} answered ${status}`, hint);
}

/** The names of the environment variables that hold a source's credentials. */
function variables({ auth }: SourceConfig): string {
  const text = auth?.type === "bearer" ? auth.token : `${auth?.username}${auth?.password}`;
  const names = [...text.matchAll(/\$\{\w+\}/g)].map(([name]) => name);
  return names.length > 0 ? names.join(" and ") : "the credentials";
}

/** A URL without what may be secret: user, password and query. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
