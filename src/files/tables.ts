/**
 * Tables of an SQLite file that others write to as well: the command line and a server have it open at
 * once, and what one of them changes holds for the other at its next look.
 */
import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeLikeDirectory } from "./owner.ts";

/** A connection that follows its file: one that was put in its place is opened anew. */
export interface Tables {
  /** For writing; made if they are not there. Throws when the file cannot be written. */
  write(): Database;
  /** For reading, which makes nothing; undefined while the tables are not there. */
  read(): Database | undefined;
  /**
   * What the file is at this moment. While it stays the same, so does what was read. Undefined while it is
   * too young to be sure of that: a change in the same tick of the clock would not show.
   */
  version(): string | undefined;
  close(): void;
}

/** Coarser than the times of any file system: those of FAT are two seconds apart. */
const SETTLED_MS = 3_000;

/** How long a command waits for another program that writes an SQLite file, in milliseconds. */
export const COMMAND_PATIENCE_MS = 5_000;

/**
 * @param schema makes what is not there yet
 * @param last the name of what the schema makes last
 * @param waitMs how long to stand still for another program
 */
export function openTables(
  path: string,
  schema: string,
  last: string,
  waitMs = COMMAND_PATIENCE_MS,
): Tables {
  let open: { db: Database; file: string; isReady: boolean } | undefined;

  const connect = (create: boolean): Database => {
    const file = fileOf(path);
    if (open?.isReady && open.file === file) return open.db;
    open?.db.close();
    open = undefined;
    if (create) makeLikeDirectory(path);
    // A file that may not be written is opened for reading, as SQLite does on its own.
    const db = new Database(path, { readwrite: true, create, strict: true });
    try {
      db.exec(`PRAGMA busy_timeout = ${waitMs}`);
      const isThere = db.query("SELECT 1 FROM sqlite_master WHERE name = ?").get(last) !== null;
      if (!isThere && create) db.exec(schema);
      open = { db, file: fileOf(path), isReady: isThere || create };
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  };

  return {
    write() {
      mkdirSync(dirname(path), { recursive: true });
      return connect(true);
    },
    read() {
      if (!existsSync(path)) return undefined;
      const db = connect(false);
      return open?.isReady ? db : undefined;
    },
    version() {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat || Math.abs(Date.now() - stat.mtimeMs) < SETTLED_MS) return undefined;
      return `${stat.dev} ${stat.ino} ${stat.mtimeMs} ${stat.size}`;
    },
    close() {
      open?.db.close();
      open = undefined;
    },
  };
}

function fileOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  // One that was emptied in its place has no table any more.
  return stat ? `${stat.dev} ${stat.ino} ${stat.size > 0}` : "";
}
