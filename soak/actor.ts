/** Those who do something over and over, each at its own pace and by its own random numbers. */
import { createRandom, type Random } from "../tests/support/random.ts";

export interface Actor {
  readonly name: string;
  /** The longest pause between two steps, in milliseconds; any shorter one is as likely. */
  readonly pauseMs: number;
  /** What it throws is a problem. */
  step(random: Random): Promise<void>;
}

/**
 * Lets an actor act until it is told to stop, and its last step is done.
 *
 * @param seed its own: what it draws does not depend on the others
 */
export async function act(
  { name, pauseMs, step }: Actor,
  seed: number,
  stopping: AbortSignal,
  onProblem: (text: string) => void,
): Promise<void> {
  const random = createRandom(seed);
  while (!stopping.aborted) {
    await pause(random.int(pauseMs), stopping);
    if (stopping.aborted) return;
    try {
      await step(random);
    } catch (error) {
      onProblem(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** Waits so long, or until it is told to stop. */
export function pause(ms: number, stopping: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  stopping.addEventListener("abort", stop);
  return promise.finally(() => {
    clearTimeout(timer);
    stopping.removeEventListener("abort", stop);
  });
}
