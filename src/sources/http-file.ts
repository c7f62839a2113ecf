/** One file of a plain-file index, asked for only if it changed. Source: RFC 9110, section 13. */
import { collect, DownloadError, request, shownUrl, withRetries } from "../download/mod.ts";
import { authHeaders } from "./credentials.ts";
import { denied, type GitPeer } from "./peer.ts";

/** What a server said by which it knows a file's state. */
export interface Validators {
  readonly etag?: string;
  readonly modified?: string;
}

export type Fetched =
  | { readonly outcome: "same" }
  | { readonly outcome: "missing" }
  | { readonly outcome: "got"; readonly bytes: Buffer; readonly validators: Validators };

export interface FileWish {
  readonly url: string;
  /** Of the copy that is here. */
  readonly validators?: Validators | undefined;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** A validator is sent back as it came, so a strange one is not kept. */
const MAX_VALIDATOR = 1024;

/**
 * @throws {Failure} "denied" when the source wants other credentials
 * @throws {DownloadError} when no try worked
 */
export async function fetchFile(peer: GitPeer, wish: FileWish): Promise<Fetched> {
  return await withRetries(() => tryFetch(peer, wish), { signal: wish.signal });
}

async function tryFetch(peer: GitPeer, wish: FileWish): Promise<Fetched> {
  const { url, validators, maxBytes, signal } = wish;
  const headers = {
    ...(validators?.etag && { "if-none-match": validators.etag }),
    ...(validators?.modified && { "if-modified-since": validators.modified }),
  };
  const credentials = authHeaders(peer, url);
  const patienceMs = peer.timeoutMs;
  const answer = await request({ url, headers, credentials, patienceMs }, { signal });
  if (answer.status === 200) {
    const bytes = await collect(answer, maxBytes);
    return { outcome: "got", bytes, validators: validatorsOf(answer.headers) };
  }
  await answer.discard();
  const { status } = answer;
  if (status === 304 && validators) return { outcome: "same" };
  if (status === 404 || status === 410) return { outcome: "missing" };
  if (status === 401 || status === 403) throw denied(peer, status);
  throw new DownloadError("server-error", `${shownUrl(url)} answered ${status}`, { status });
}

function validatorsOf(headers: Headers): Validators {
  const read = (name: string) => {
    const value = headers.get(name);
    return value !== null && value.length <= MAX_VALIDATOR ? value : undefined;
  };
  const [etag, modified] = [read("etag"), read("last-modified")];
  return { ...(etag && { etag }), ...(modified && { modified }) };
}
