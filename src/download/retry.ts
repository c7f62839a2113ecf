/** When and how soon to try again. */
import { setTimeout } from "node:timers/promises";
import { DownloadError } from "./error.ts";

/** Resolves after a while, or at once when the signal says so: whoever goes on looks at that. */
export const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => {});

export interface RetryOptions {
  /** Tries in all. */
  readonly attempts?: number;
  readonly baseDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
  /** Waits; for tests. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

const ATTEMPTS = 6;
/** Mostly the index or the archive is wrong for good; but a proxy may cut a body and hide it. */
const WRONG_HASHES = 3;
/** Each of them has cost a whole wait. */
const TIMEOUTS = 3;
const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 30_000;

/** Statuses below 500 that may be different next time. */
const PASSING_STATUS: ReadonlySet<number> = new Set([408, 425, 429]);

/** Whether another try can help. */
export function isPassing({ kind, status }: DownloadError): boolean {
  if (status !== undefined) return status >= 500 || PASSING_STATUS.has(status);
  return kind !== "disk";
}

/**
 * Exponential backoff with full jitter, so that clients which failed together do not come back
 * together. A server's own wish goes first, within the longest delay.
 *
 * @param failed how many tries failed so far, from 1
 * @returns milliseconds
 */
export function delayBefore(
  failed: number,
  error: DownloadError,
  { baseDelayMs = BASE_DELAY_MS, maxDelayMs = MAX_DELAY_MS, random = Math.random }: RetryOptions,
): number {
  const ceiling = Math.min(maxDelayMs, baseDelayMs * 2 ** (failed - 1));
  const wished = Math.min(maxDelayMs, error.retryAfterMs ?? 0);
  return Math.max(wished, random() * ceiling);
}

/**
 * Runs a try until it works, cannot work, or was run often enough.
 *
 * @throws {DownloadError} the last one; the signal's reason, once it has one; whatever else the try
 * throws, at once
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { attempts = ATTEMPTS, signal, sleep = pause } = options;
  let [wrongHashes, timeouts] = [0, 0];
  for (let failed = 1; ; failed++) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof DownloadError) || !isPassing(error)) throw error;
      if (error.kind === "wrong-hash" && ++wrongHashes >= WRONG_HASHES) throw error;
      if (error.kind === "timeout" && ++timeouts >= TIMEOUTS) throw error;
      if (failed >= attempts) throw error;
      await sleep(delayBefore(failed, error, options), signal);
    }
  }
}

/**
 * What a `Retry-After` asks for, in milliseconds: seconds or an HTTP date. Source: RFC 9110, 10.2.3.
 */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
