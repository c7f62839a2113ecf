/**
 * Where tokens are: a table of `data/state.db`. The command line and a server have it open at once: what
 * one of them changes holds for the other at its next request.
 */
import { Database } from "bun:sqlite";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Found by the first bytes of its hash; the rest is compared in constant time. Times are ISO 8601.
 *
 * Version 1: first.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS token (
    name TEXT PRIMARY KEY,
    hash BLOB NOT NULL,       -- SHA-256
    scopes TEXT NOT NULL,     -- separated by spaces
    created TEXT NOT NULL,
    expires TEXT,
    used TEXT                 -- now and then, by servers
  );
  CREATE INDEX IF NOT EXISTS token_prefix ON token (substr(hash, 1, 8));
`;

export interface TokenRow {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly scopes: string;
  readonly created: string;
  readonly expires: string | null;
  readonly used: string | null;
}

/** A connection that follows its file: one that was put in its place is opened anew. */
export interface TokenStore {
  /** For writing; made if it is not there. Throws when it cannot be written. */
  write(): Database;
  /** For reading; undefined while there is no token yet. */
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

export function openTokenStore(path: string): TokenStore {
  let open: { db: Database; file: string; isReady: boolean } | undefined;

  const connect = (create: boolean): Database => {
    const file = fileOf(path);
    if (open?.isReady && open.file === file) return open.db;
    open?.db.close();
    open = undefined;
    // A file that may not be written is opened for reading, as SQLite does on its own.
    const db = new Database(path, { readwrite: true, create, strict: true });
    db.exec("PRAGMA busy_timeout = 5000");
    const isReady = hasTable(db) || (create && makeTable(db));
    open = { db, file: fileOf(path), isReady };
    return db;
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

function makeTable(db: Database): boolean {
  db.exec(SCHEMA);
  return true;
}

function hasTable(db: Database): boolean {
  return db.query("SELECT 1 FROM sqlite_master WHERE name = 'token_prefix'").get() !== null;
}

function fileOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  // One that was emptied in its place has no table any more.
  return stat ? `${stat.dev} ${stat.ino} ${stat.size > 0}` : "";
}
