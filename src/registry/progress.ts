/** Progress of a long operation, told no more often than a person can see. */
import type { Event, Report } from "./events.ts";

/** The least time between two events, in milliseconds. */
const PROGRESS_MS = 50;

type Progress = Extract<Event, { type: "progress" }>;

/** @returns takes how far the operation has come; the last step is told in any case */
export function createProgress(
  report: Report,
  total: number,
): (now: Pick<Progress, "done" | "failed" | "bytes">) => void {
  let toldAt = 0;
  return ({ done, failed, bytes }) => {
    const now = performance.now();
    if (done < total && now - toldAt < PROGRESS_MS) return;
    toldAt = now;
    report({ type: "progress", done, total, failed, bytes });
  };
}
