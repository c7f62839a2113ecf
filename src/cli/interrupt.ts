/** Ctrl-C during long work: the first asks it to end, the second ends the process at once. */
import { Failure } from "../errors.ts";
import { INTERRUPTED } from "./exit.ts";

/**
 * What asks a process to end. On Windows Ctrl-Break and a console that is closed do so too, the latter with a few
 * seconds' grace; elsewhere SIGHUP is left alone, as to listen for it would undo nohup.
 */
export function endingSignals(platform: string = process.platform): readonly NodeJS.Signals[] {
  const everywhere = ["SIGINT", "SIGTERM"] as const;
  return platform === "win32" ? [...everywhere, "SIGHUP", "SIGBREAK"] : everywhere;
}

/** @returns what ends the listening */
function onEnding(listener: () => void): () => void {
  const signals = endingSignals();
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}

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
  const ignore = onEnding(stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    // Whatever it threw on its way out, this is why; but not if it failed on its own. Who still waited for another
    // writer has done nothing that could fail.
    const isOwn = error instanceof Failure && error.code !== "busy";
    if (controller.signal.aborted && !isOwn) throw controller.signal.reason;
    throw error;
  } finally {
    ignore();
  }
}

/** Resolves at the first of the signals that ask for the end; a second one ends the process. */
export async function stopAsked(): Promise<void> {
  await new Promise<void>((resolve) => {
    const ignore = onEnding(() => {
      ignore();
      onEnding(() => process.exit(INTERRUPTED));
      resolve();
    });
  });
}
