/** Commands that write where another is writing: they end at once, or wait as long as they are told. */
import { setTimeout } from "node:timers/promises";
import { parseInterval } from "../config/mod.ts";
import { Failure, hasCode } from "../errors.ts";
import { interruptible } from "./interrupt.ts";
import type { Output } from "./output.ts";

export const WAIT_OPTION = {
  wait: {
    type: "string",
    valueHint: "TIME",
    description: "wait so long for another that writes here, such as 10m",
  },
} as const;

/** How often to try again, in milliseconds: few, and not all at the same moment. */
const RETRY_MS = 500;

/**
 * Runs work that fails when another process writes, again and again until that has ended.
 *
 * @param given what --wait says; undefined: does not wait
 * @throws {Failure} "usage"; what the work throws, "busy" when the time is over; "interrupted", also between two tries
 */
export async function waiting<T>(
  out: Output,
  given: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const until = performance.now() + (given === undefined ? 0 : patience(given));
  return await interruptible("nothing was begun; run it again", async (signal) => {
    for (let isTold = false; ; isTold = true) {
      try {
        return await work();
      } catch (error) {
        if (!hasCode(error, "busy") || performance.now() >= until) throw error;
        if (!isTold) out.log.info(`${error.message}; waiting for its end`);
        await setTimeout(RETRY_MS * (0.5 + Math.random()), undefined, { signal });
      }
    }
  });
}

function patience(word: string): number {
  const ms = parseInterval(word);
  if (ms !== undefined) return ms;
  const message = `--wait wants a time such as 90s, 10m or 1h, not ${JSON.stringify(word)}`;
  throw new Failure("usage", message);
}
