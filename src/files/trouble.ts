/**
 * What a disk, a stick or a network drive refuses, told as something that a person can mend. That is no
 * mistake of this program's, wherever it comes up.
 */
import { Failure, messageOf, systemCode } from "../errors.ts";

export interface Trouble {
  /** The system's name of it, such as `ENOSPC` or `SQLITE_FULL`. */
  readonly code: string;
  /** In words, as the end of a sentence. */
  readonly what: string;
  readonly hint: string;
}

export const DISK_FULL = "the disk is full";

const FULL = [
  DISK_FULL,
  "make room, then run the same again: it goes on where it stopped",
] as const;
const READ_ONLY = [
  "it is read-only",
  "make it writable; a read-only registry is there to be served",
] as const;
const FORBIDDEN = [
  "permission is denied",
  "mend the permissions, then run the same again",
] as const;
/** Windows says the same of both. */
const FORBIDDEN_OR_OPEN = [
  "permission is denied, or another program has it open",
  "close what may have it open, or mend the permissions, then run the same again",
] as const;
const BROKEN = [
  "it cannot be read or written",
  "check the disk and its cables; `verify` tells what is damaged",
] as const;
const VANISHED = ["a file that was just written is gone", BROKEN[1]] as const;
const MISPLACED = [
  "something else stands in the place of a file or a directory",
  "put it away, then run the same again",
] as const;
const DAMAGED = [
  "the database is damaged",
  "put state.db away: no package is in it, but tokens have to be made anew",
] as const;
const HELD = ["another program holds it", "wait for it to end, then run the same again"] as const;
const TOO_MANY = [
  "too many files are open",
  "raise the limit (`ulimit -n`, or LimitNOFILE= of the service)",
] as const;

type Words = readonly [what: string, hint: string];

/** By the beginning of the code. Sources: errno(3), https://www.sqlite.org/rescode.html */
const TROUBLES: Readonly<Record<string, Words>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  SQLITE_FULL: FULL,
  EROFS: READ_ONLY,
  SQLITE_READONLY: READ_ONLY,
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  SQLITE_PERM: FORBIDDEN,
  SQLITE_CANTOPEN: FORBIDDEN,
  EIO: BROKEN,
  ENODEV: BROKEN,
  ENXIO: BROKEN,
  ESTALE: BROKEN,
  ENOTCONN: BROKEN,
  ENOMEDIUM: BROKEN,
  ESHUTDOWN: BROKEN,
  SQLITE_IOERR: BROKEN,
  EISDIR: MISPLACED,
  ENOTDIR: MISPLACED,
  SQLITE_CORRUPT: DAMAGED,
  SQLITE_NOTADB: DAMAGED,
  SQLITE_BUSY: HELD,
  SQLITE_LOCKED: HELD,
  EMFILE: TOO_MANY,
  ENFILE: TOO_MANY,
};

const ON_WINDOWS: Readonly<Record<string, Words>> = {
  ...TROUBLES,
  EACCES: FORBIDDEN_OR_OPEN,
  EPERM: FORBIDDEN_OR_OPEN,
  EBUSY: FORBIDDEN_OR_OPEN,
};

/** What the disk has to say in an error, or in what caused it; undefined when it is about something else. */
export function diskTrouble(
  error: unknown,
  platform: string = process.platform,
): Trouble | undefined {
  const troubles = platform === "win32" ? ON_WINDOWS : TROUBLES;
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = systemCode(each);
    if (code === undefined) continue;
    const isVanished = code === "ENOENT" && isOfOurRename(each);
    const found = isVanished ? VANISHED : troubles[code.replace(/^(SQLITE_[A-Z]+)_.*/, "$1")];
    if (found) return { code, what: found[0], hint: found[1] };
  }
  return undefined;
}

/** Whatever is renamed here was written a moment before, under a name of its own. */
function isOfOurRename(error: Error): boolean {
  return (error as { syscall?: unknown }).syscall === "rename";
}

/**
 * An error as what its user can mend. One that is a `Failure` already, or not of the disk's, stays as it is.
 *
 * @param where it happened, such as the registry's directory
 */
export function asDiskFailure(error: unknown, where?: string): unknown {
  if (error instanceof Failure) return error;
  const trouble = diskTrouble(error);
  if (!trouble) return error;
  const said = `${trouble.what} (${messageOf(error)})`;
  const message = where === undefined ? said : `${where}: ${said}`;
  return new Failure("io", message, trouble.hint, { cause: error });
}
