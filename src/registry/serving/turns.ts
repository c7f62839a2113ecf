/** Work that strangers may ask for: so much at once, so much that waits for its turn, and no more. */
import { Failure } from "../../errors.ts";

/** @throws {Failure} "busy" when too much waits already; whatever the work throws */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(atOnce: number, mostWaiting: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running < atOnce) running++;
    else if (waiting.length >= mostWaiting) {
      throw new Failure("busy", "too much is being fetched here", "try again in a moment");
    } else await new Promise<void>((begin) => waiting.push(begin));
    try {
      return await work();
    } finally {
      // Whoever waits longest takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
