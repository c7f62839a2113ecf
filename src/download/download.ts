/** Downloads one body, trying again while that can help. */
import { messageOf, systemCode } from "../errors.ts";
import { atMost, checkSize, tooLarge } from "./collect.ts";
import { DownloadError, type DownloadErrorKind, shownUrl } from "./error.ts";
import { type HttpAnswer, type HttpLimits, type HttpRequest, request } from "./request.ts";
import { parseRetryAfter, type RetryOptions, withRetries } from "./retry.ts";

export interface DownloadOptions extends HttpLimits, RetryOptions {
  /** A longer body is refused. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What takes a body. It may be called again, from the beginning, after a failed try. */
export type Consume<T> = (body: Uint8Array | AsyncIterable<Uint8Array>) => Promise<T>;

/**
 * Bodies up to this size, in bytes, come in one piece: a read, a hash and a write, and no stream
 * between. Above it a stream is as fast. It has to come within one idle timeout, which a crowd of
 * downloads on a slow line still does.
 */
const SMALL = 256 * 1024;
const MAX_BYTES = 4 * 1024 * 1024 * 1024;

/**
 * Fetches a body and hands it on. A body that is cut short, or that `consume` refuses with an
 * `IntegrityError`, counts as a failed try.
 *
 * @throws {DownloadError} when no try worked
 */
export async function download<T>(
  wanted: HttpRequest,
  consume: Consume<T>,
  options: DownloadOptions = {},
): Promise<T> {
  return await withRetries(async () => {
    const answer = await request(wanted, options);
    if (answer.status !== 200) {
      await answer.discard();
      throw refused(answer);
    }
    const { maxBytes = MAX_BYTES } = options;
    if (answer.size !== undefined && answer.size > maxBytes) {
      await answer.discard();
      throw tooLarge(answer, maxBytes);
    }
    try {
      const small = answer.size !== undefined && answer.size <= SMALL;
      return await consume(small ? await whole(answer) : atMost(answer, maxBytes));
    } catch (error) {
      throw understood(answer.url, error);
    } finally {
      // Whatever the consumer left of it.
      await answer.discard();
    }
  }, options);
}

async function whole(answer: HttpAnswer): Promise<Uint8Array> {
  const body = await answer.bytes();
  checkSize(answer, body.length);
  return body;
}

function refused({ url, status, headers }: HttpAnswer): DownloadError {
  return new DownloadError(kindOf(status), `${shownUrl(url)} answered ${status}`, {
    status,
    retryAfterMs: parseRetryAfter(headers.get("retry-after"), Date.now()),
  });
}

function kindOf(status: number): DownloadErrorKind {
  if (status === 404 || status === 410) return "not-found";
  return status === 401 || status === 403 ? "denied" : "server-error";
}

/** What the consumer threw, when it is about the body or the disk. */
function understood(url: string, error: unknown): unknown {
  if (error instanceof Error && error.name === "IntegrityError") {
    return new DownloadError("wrong-hash", `${shownUrl(url)}: ${error.message}`, { cause: error });
  }
  // The network's failures are told by now: what system call is left to fail is the disk's.
  if (!/^E[A-Z0-9]+$/.test(systemCode(error) ?? "")) return error;
  return new DownloadError("disk", messageOf(error), { cause: error });
}
