/** Runs an operation for the one who waits for it: with its events shown, and a Ctrl-C that ends it. */
import type { Report } from "../registry/mod.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { createEventView } from "./render/events.ts";

/**
 * @param hint what a person should know who stopped it
 * @param say tells a person what it came to; with `--json` that is one more record instead
 * @throws {Failure} "interrupted", and whatever the operation throws
 */
export async function runOperation<T extends object>(
  out: Output,
  hint: string,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
  say: (summary: T) => void,
): Promise<T> {
  const view = createEventView(out);
  const summary = await interruptible(hint, (signal) => work(signal, view.report)).finally(
    view.close,
  );
  if (out.json) out.record({ type: "done", ...summary });
  else say(summary);
  return summary;
}
