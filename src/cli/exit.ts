/** The one table from failures to exit codes, and what a summary comes to. */
import { Failure, type FailureCode } from "../errors.ts";
import type { MirrorSummary } from "../registry/mod.ts";

export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;
/** Some downloads failed, or a source that may have had more. */
export const DONE_IN_PART = 3;
/** 128 + SIGINT, as shells have it. */
export const INTERRUPTED = 130;
/** 128 + SIGPIPE. */
export const READER_GONE = 141;

/** Of a failure of any other kind: `FAILED`. */
const EXIT: Partial<Record<FailureCode, number>> = {
  usage: WRONG_USAGE,
  interrupted: INTERRUPTED,
};

/** Of a mirror or a sync that has come to its end. */
export function exitCodeOfMirror({ failed, assets, missed }: MirrorSummary): number {
  const isPartial = failed > 0 || (assets?.failed ?? 0) > 0 || missed.length > 0;
  return isPartial ? DONE_IN_PART : DONE;
}

export function exitCodeOf(error: unknown): number {
  return (error instanceof Failure ? EXIT[error.code] : undefined) ?? FAILED;
}
