/**
 * A medium that may be pulled out while it is served: a USB stick, a network drive. A registry that
 * is gone must not look like one that is empty, and one that is back must be read anew: what was open
 * stays dead for ever.
 */
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure, type FailureCode, messageOf, systemCode } from "../../errors.ts";
import { diskTrouble } from "../../files/mod.ts";

export interface Medium {
  /**
   * Asked before each request; costs one stat, and no less: within a moment that is not
   * looked at, what is gone would be taken for what never was.
   *
   * @throws {Failure} "io" while the registry is not there
   */
  check(): void;
  /** Whether it is there, as it was at the last check; costs one stat. */
  isThere(): boolean;
  /**
   * What the registry's files say; that they say nothing may mean that they went a moment ago.
   *
   * @throws {Failure} as `check`
   */
  sure<T>(answer: T | undefined): T | undefined;
  /** What a client is told of something thrown: a failure of the medium is a failure, and no bug. */
  explain(error: unknown): unknown;
}

export interface MediumOptions {
  /** The registry's Git repository. */
  readonly index: string;
  /** Closes what is open, so that the system can let the medium go, and it is opened anew later. */
  readonly reopen: () => void;
  /** Told once when the medium goes, once when it is back, and of each other trouble with it. */
  readonly warn: (message: string) => void;
}

/** What reads say when the device below them is gone. Source: errno(3). */
const GONE = new Set(["EIO", "ENODEV", "ENXIO", "ESTALE", "ENOTCONN", "ENOMEDIUM", "ESHUTDOWN"]);

export function createMedium({ index, reopen, warn }: MediumOptions): Medium {
  // Of Git's own sign of a repository. Not its inode: FAT makes those up, and not always the same.
  const device = (): number | undefined => {
    try {
      return statSync(join(index, "HEAD")).dev;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    }
  };

  // A registry without an index yet has nothing to lose: only what was there can be gone.
  let seen = device();
  let isGone = false;

  const lost = (cause?: unknown): Failure => {
    if (!isGone) {
      const why = cause === undefined ? `${index} cannot be read` : messageOf(cause);
      warn(`the registry is gone: ${why}; waiting for its medium`);
      reopen();
    }
    isGone = true;
    const hint = "put the medium back; the server goes on by itself";
    return new Failure("io", "the registry cannot be read: its medium is gone", hint, { cause });
  };

  const check = (): void => {
    const now = device();
    if (now === undefined) {
      if (seen !== undefined) throw lost();
      return;
    }
    if (isGone || (seen !== undefined && now !== seen)) reopen();
    if (isGone) warn("the registry is back");
    isGone = false;
    seen = now;
  };

  /** What a file of the registry is not what it should be: the log names it, a client is told of no path. */
  const spoilt = (failure: Failure): Failure => {
    if (GONE.has(diskTrouble(failure)?.code ?? "")) return lost(failure);
    warn(failure.message);
    if (!failure.message.includes(dirname(index))) return failure;
    // Read anew when it was mended; what is open stays as it was.
    reopen();
    return new Failure("integrity", "a file of the registry is damaged", OPERATOR, {
      cause: failure,
    });
  };

  return {
    check,
    isThere: () => !isGone && seen !== undefined && device() === seen,
    sure(answer) {
      if (answer === undefined) check();
      return answer;
    },
    explain(error) {
      // Of the other side of a connection, whatever the system called it.
      if (error instanceof Failure && THEIRS.has(error.code)) return error;
      if (error instanceof Failure && error.code === "integrity") return spoilt(error);
      const trouble = diskTrouble(error) ?? missing(error);
      if (trouble === undefined) return error;
      const { code, what } = trouble;
      if (GONE.has(code) || (seen !== undefined && device() === undefined)) return lost(error);
      // A client is told of no path; the log names the file.
      warn(`the registry's files in ${dirname(index)}: ${messageOf(error)}`);
      const message = `the registry's files: ${what} (${code})`;
      return new Failure("io", message, OPERATOR, { cause: error });
    },
  };
}

const THEIRS: ReadonlySet<FailureCode> = new Set(["upstream", "timeout", "denied"]);
const OPERATOR = "its operator has to mend it, and finds more in the server's log; then try again";

/** A file that should be there is not: below a server that is trouble, and no mistake of a client's. */
function missing(error: unknown): { code: string; what: string } | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (systemCode(each) === "ENOENT") return { code: "ENOENT", what: "one is missing" };
  }
  return undefined;
}
