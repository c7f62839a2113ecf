/**
 * One holder at a time among all processes. The lock is SQLite's, on an empty database: the system lets go
 * of it when its holder dies, however that happens, so that nobody has to guess whether a lock is stale.
 *
 * Source: https://www.sqlite.org/lockingv3.html
 */
import { constants, Database } from "bun:sqlite";
import { accessSync, constants as fsConstants } from "node:fs";
import { systemCode } from "../errors.ts";
import { makeLikeDirectory } from "./owner.ts";

interface ExclusiveOptions {
  /** How long to stand still for another holder, in milliseconds. */
  readonly waitMs?: number;
  /** Whether the file is made when it is not there; else that is an error. */
  readonly create?: boolean;
}

/**
 * Takes a lock and gives what lets go of it, or undefined when another has it. The file stays, and stays empty.
 * Whoever keeps no hold of what is given holds no lock: it goes with it when memory is tidied.
 *
 * @throws {Error} the system's or SQLite's, when the file cannot be opened for writing
 */
export function takeExclusive(
  path: string,
  { waitMs = 0, create = true }: ExclusiveOptions = {},
): (() => void) | undefined {
  if (create) makeLikeDirectory(path);
  const db = new Database(path, constants.SQLITE_OPEN_READWRITE);
  try {
    // SQLite opens what it may only read as well, and would then lock nothing, without a word.
    accessSync(path, fsConstants.W_OK);
    db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    // Reserves the right to write and writes nothing: the file stays empty. A journal on the disk would
    // be written all the same, and a full one has no room for it, though `gc` is what makes room there.
    db.exec("PRAGMA journal_mode = MEMORY");
    db.exec("BEGIN IMMEDIATE");
    return () => db.close();
  } catch (error) {
    db.close();
    if (systemCode(error) === "SQLITE_BUSY") return undefined;
    throw error;
  }
}
