/**
 * HTTP as isomorphic-git wants it, for one peer. What may be better next time is a `DownloadError`,
 * what the user has to mend a `Failure`.
 */
import type { HttpClient } from "isomorphic-git";
import { DownloadError, type HttpAnswer, request, shownUrl } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import { authHeaders, variables } from "./credentials.ts";
import type { GitPeer } from "./peer.ts";

/** A server may think for a while about a big index before it says anything. */
const ANSWER_TIMEOUT_MS = 60_000;
/** An index of 100,000 modules packs to less than a tenth of this. */
const MAX_BODY = 1024 * 1024 * 1024;

export function gitHttp(peer: GitPeer, signal?: AbortSignal): HttpClient {
  return {
    async request({ url, method = "GET", headers = {}, body }) {
      const data = body === undefined ? undefined : await collect(body);
      const credentials = authHeaders(peer, url);
      const answer = await request(
        { url, method, headers, credentials, ...(data && { body: data }) },
        { answerTimeoutMs: ANSWER_TIMEOUT_MS, signal },
      );
      if (answer.status !== 200) {
        await answer.discard();
        throw refusal(peer, answer);
      }
      return {
        url: answer.url,
        method,
        statusCode: answer.status,
        statusMessage: "",
        headers: Object.fromEntries(answer.headers),
        body: chunks(peer, answer),
      };
    },
  };
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

async function* chunks({ title }: GitPeer, answer: HttpAnswer) {
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > MAX_BODY) {
      throw new Failure("upstream", `${title}: its index is over ${MAX_BODY} bytes`);
    }
    yield chunk;
  }
}

function refusal(peer: GitPeer, { url, status }: HttpAnswer): Failure | DownloadError {
  if (status === 401 || status === 403) {
    const hint = peer.auth ? `check ${variables(peer.auth)}, which its auth names` : peer.signIn;
    return new Failure("denied", `${peer.title} refused access (${status})`, hint);
  }
  const message = `${shownUrl(url)} answered ${status}`;
  if (status !== 404) return new DownloadError("server-error", message, { status });
  const hint = `check ${peer.check}: it is where the Git index is`;
  return new Failure("upstream", `${peer.title}: ${message}`, hint);
}
