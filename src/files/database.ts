/** What an SQLite database refuses names no file: here its owner's calls are told which it was. */
import { Failure, messageOf, systemCode } from "../errors.ts";
import { asDiskFailure, diskTrouble } from "./trouble.ts";

const DAMAGED = /^SQLITE_(?:CORRUPT|NOTADB)/;

/**
 * An error as what its user can mend: "integrity" for a damaged file, "io" for what the disk refuses. Others
 * stay as they are.
 */
export function asDatabaseFailure(path: string, error: unknown): unknown {
  if (error instanceof Failure || !DAMAGED.test(systemCode(error) ?? "")) {
    return asDiskFailure(error, path);
  }
  const message = `${path} is damaged: ${messageOf(error)}`;
  return new Failure("integrity", message, diskTrouble(error)?.hint, { cause: error });
}

/** The same calls; what they throw is told as `asDatabaseFailure` has it. */
export function tellingOf<T extends object>(path: string, calls: T): T {
  const told = Object.entries(calls).map(([name, call]) => [
    name,
    (...args: unknown[]) => {
      try {
        return (call as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        throw asDatabaseFailure(path, error);
      }
    },
  ]);
  return Object.fromEntries(told) as T;
}
