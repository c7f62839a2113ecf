/** The one table from failures to exit codes. */
import { Failure, type FailureCode } from "../errors.ts";

export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;
/** Some downloads failed, or a source that may have had more. */
export const DONE_IN_PART = 3;
/** 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;
/** 128 + SIGPIPE. */
export const READER_GONE = 141;

const EXIT: Readonly<Record<FailureCode, number>> = {
  usage: WRONG_USAGE,
  config: FAILED,
  "no-registry": FAILED,
  "not-found": FAILED,
  "method-not-allowed": FAILED,
  exists: FAILED,
  busy: FAILED,
  timeout: FAILED,
  upstream: FAILED,
  denied: FAILED,
  unauthenticated: FAILED,
  forbidden: FAILED,
  throttled: FAILED,
  invalid: FAILED,
  "too-large": FAILED,
  integrity: FAILED,
  io: FAILED,
  "missing-tool": FAILED,
  interrupted: INTERRUPTED,
};

export function exitCodeOf(error: unknown): number {
  return error instanceof Failure ? EXIT[error.code] : FAILED;
}
