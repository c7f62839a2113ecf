/** Ctrl-C during long work: the first asks it to end, the second ends the process at once. */
import { Failure } from "../errors.ts";
import { INTERRUPTED } from "./exit.ts";

/**
 * Runs work that can be interrupted.
 *
 * @param hint what a person should know who stopped it
 * @throws {Failure} "interrupted" when it ended because of that
 */
export async function interruptible<T>(
  hint: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(new Failure("interrupted", "interrupted", hint));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Whatever it threw on its way out, this is why; but not if it failed on its own. Who still waited for another
    // writer has done nothing that could fail.
    const isOwn = error instanceof Failure && error.code !== "busy";
    if (controller.signal.aborted && !isOwn) throw controller.signal.reason;
    throw error;
  } finally {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
  }
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process. */
export async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    const first = () => {
      process.removeListener("SIGINT", first);
      process.removeListener("SIGTERM", first);
      const second = () => process.exit(INTERRUPTED);
      process.on("SIGINT", second);
      process.on("SIGTERM", second);
      resolve();
    };
    process.on("SIGINT", first);
    process.on("SIGTERM", first);
  });
}
