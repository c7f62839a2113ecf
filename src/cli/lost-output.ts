/** What happens when nobody reads what is said any more, or it cannot be kept. */
import { systemCode } from "../errors.ts";
import { FAILED, READER_GONE } from "./exit.ts";

/** The exit code of the command, when it has ended. */
let ended: number | undefined;

/** Ends the program when its output is lost, and not before: to be called first of all. */
export function watchOutput(): void {
  process.stdout.on("error", (error) => {
    if (systemCode(error) === "EPIPE") return leave();
    process.stderr.write(`error: cannot write output: ${systemCode(error) ?? error.message}\n`);
    process.exit(FAILED);
  });
  process.stderr.on("error", leaveWithReader);
}

/** Ends the program when all is written, and not later for the sake of an idle connection. */
export function endWith(code: number): void {
  ended = code;
  // An error of the last write is told after its callback.
  process.stdout.write("", () => setImmediate(() => process.exit(code)));
}

/** For work that nobody need listen to: what cannot be said is left out, and the work goes on. */
export function outliveReaders(): void {
  process.stderr.removeListener("error", leaveWithReader);
  // Without any listener it would be thrown.
  process.stderr.on("error", () => undefined);
}

/** Messages that a full disk, say, does not take are no reason to leave work undone. */
function leaveWithReader(error: Error): void {
  if (systemCode(error) === "EPIPE") leave();
}

/** As in `… | head`: who has read enough wants no more work; that it is unfinished can be seen. */
function leave(): void {
  // The command may have ended with what it wrote there.
  setImmediate(() => process.exit(ended ?? READER_GONE));
}
