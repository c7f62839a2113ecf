/** HTTP as isomorphic-git wants it, for one source, with failures that say what to do. */
import type { HttpClient } from "isomorphic-git";
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, type HttpAnswer, request, shownUrl } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import { authHeaders } from "./credentials.ts";

/** A server may think for a while about a big index before it says anything. */
const ANSWER_TIMEOUT_MS = 60_000;
/** An index of 100,000 modules packs to less than a tenth of this. */
const MAX_BODY = 1024 * 1024 * 1024;

export function gitHttp(source: SourceConfig, signal?: AbortSignal): HttpClient {
  return {
    async request({ url, method = "GET", headers = {}, body }) {
      const data = body === undefined ? undefined : await collect(body);
      const answer = await translated(source, () =>
        request(
          {
            url,
            method,
            headers,
            credentials: authHeaders(source, url),
            ...(data && { body: data }),
          },
          { answerTimeoutMs: ANSWER_TIMEOUT_MS, signal },
        ),
      );
      if (answer.status !== 200) {
        await answer.discard();
        throw refusal(source, answer);
      }
      return {
        url: answer.url,
        method,
        statusCode: answer.status,
        statusMessage: "",
        headers: Object.fromEntries(answer.headers),
        body: chunks(source, answer),
      };
    },
  };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function* chunks(source: SourceConfig, answer: HttpAnswer) {
  let size = 0;
  const body = answer.chunks()[Symbol.asyncIterator]();
  for (;;) {
    const next = await translated(source, () => body.next());
    if (next.done) return;
    size += next.value.length;
    if (size > MAX_BODY) {
      throw new Failure("upstream", `source ${source.name}: its index is over ${MAX_BODY} bytes`);
    }
    yield next.value;
  }
}

async function translated<T>(source: SourceConfig, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const { name } = source;
    throw new Failure(
      "upstream",
      `source ${name} cannot be reached: ${error.message}`,
      `check the network and the URL (\`source list\`), or \`source disable ${name}\``,
      { cause: error },
    );
  }
}

function refusal(source: SourceConfig, { url, status }: HttpAnswer): Failure {
  if (status === 401 || status === 403) {
    const hint = source.auth
      ? `check ${variables(source)}, which the source's auth names`
      : "give the source credentials: `source add … --token-env VAR`";
    return new Failure("denied", `source ${source.name} refused access (${status})`, hint);
  }
  return new Failure(
    "upstream",
    `source ${source.name}: ${shownUrl(url)} answered ${status}`,
    status === 404
      ? "check the source's index_url: it is where its Git index is"
      : "try again later",
  );
}

/** The names of the environment variables that hold a source's credentials. */
function variables({ auth }: SourceConfig): string {
  const text = auth?.type === "bearer" ? auth.token : `${auth?.username}${auth?.password}`;
  const names = [...text.matchAll(/\$\{\w+\}/g)].map(([name]) => name);
  return names.length > 0 ? names.join(" and ") : "the credentials";
}
