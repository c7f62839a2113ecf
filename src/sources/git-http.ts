/**
 * HTTP as isomorphic-git wants it, for one source. What may be better next time is a `DownloadError`,
 * what the user has to mend a `Failure`.
 */
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
      const credentials = authHeaders(source, url);
      const answer = await request(
        { url, method, headers, credentials, ...(data && { body: data }) },
        { answerTimeoutMs: ANSWER_TIMEOUT_MS, signal },
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

async function* chunks({ name }: SourceConfig, answer: HttpAnswer) {
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new Failure("upstream", `source ${name}: its index is over ${MAX_BODY} bytes`);
    }
    yield chunk;
  }
}

function refusal(source: SourceConfig, { url, status }: HttpAnswer): Failure | DownloadError {
  if (status === 401 || status === 403) {
    const hint = source.auth
      ? `check ${variables(source)}, which the source's auth names`
      : "give the source credentials: `source add … --token-env VAR`";
    return new Failure("denied", `source ${source.name} refused access (${status})`, hint);
  }
  const message = `${shownUrl(url)} answered ${status}`;
  if (status !== 404) return new DownloadError("server-error", message, { status });
  const hint = "check the source's index_url: it is where its Git index is";
  return new Failure("upstream", `source ${source.name}: ${message}`, hint);
}

/** The names of the environment variables that hold a source's credentials. */
function variables({ auth }: SourceConfig): string {
  const text = auth?.type === "bearer" ? auth.token : `${auth?.username}${auth?.password}`;
  const names = [...text.matchAll(/\$\{\w+\}/g)].map(([name]) => name);
  return names.length > 0 ? names.join(" and ") : "the credentials";
}
