/**
 * What a registry remembers of its own doing, in SQLite: when each source was last seen and what was
 * asked to be mirrored. Losing it costs no package; the next `mirror` and `sync` fill it again.
 *
 * Version 1: first.
 */
import { constants, Database } from "bun:sqlite";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import {
  asDatabaseFailure,
  COMMAND_PATIENCE_MS,
  isWritable,
  makeLikeDirectory,
  tellingOf,
} from "../files/mod.ts";
import type { Selection } from "./mirroring/plan.ts";

const VERSION = 1;

/** How long a server waits for another program, in milliseconds: SQLite stands still meanwhile, and all of it too. */
export const SERVER_PATIENCE_MS = 200;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS source_sync (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,     -- ISO 8601, of the last try
    ok_at TEXT,           -- of the last success
    error TEXT,           -- of the last try, when it failed
    failures INTEGER NOT NULL -- since it last worked
  );
  CREATE TABLE IF NOT EXISTS mirrored (
    selection TEXT PRIMARY KEY -- JSON of a Selection
  );
  CREATE TABLE IF NOT EXISTS auto_sync (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    state TEXT NOT NULL  -- JSON of an AutoSyncState
  );
  CREATE TABLE IF NOT EXISTS download (
    module TEXT NOT NULL,
    version TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (module, version)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS day (
    day TEXT PRIMARY KEY,  -- such as 2026-11-21, UTC
    downloads INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER          -- of all archives, at the last look of the day
  ) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`;

export interface SourceSync {
  readonly source: string;
  readonly at: string;
  readonly okAt: string | null;
  readonly error: string | null;
  /** Tries that failed since one worked. */
  readonly failures: number;
}

/** What a server that syncs by itself said last. */
export interface AutoSyncState {
  /** ISO 8601, of the last turn's end; null before the first. */
  readonly last: string | null;
  /** What went wrong in the last turn. */
  readonly error: string | null;
  /** Turns that failed since one worked. */
  readonly failures: number;
  /** ISO 8601, of the next turn. */
  readonly next: string | null;
}

/** How often an archive was given to a client. */
export interface DownloadCount {
  readonly module: string;
  readonly version: string;
  readonly count: number;
}

/** What one day came to. */
export interface Day {
  /** Such as `2026-11-21`, UTC. */
  readonly day: string;
  readonly downloads: number;
  /** Of all archives, at the last look of the day; null on a day without one. */
  readonly bytes: number | null;
}

export interface State {
  syncs(): SourceSync[];
  recordSync(source: string, at: Date, error: string | undefined): void;
  /** What `mirror` was asked for so far; `sync` refreshes it. */
  selections(): Selection[];
  changeSelections(change: (all: readonly Selection[]) => readonly Selection[]): void;
  autoSync(): AutoSyncState | undefined;
  recordAutoSync(state: AutoSyncState): void;
  /** By module, of all its versions. */
  downloads(): Map<string, number>;
  addDownloads(counts: readonly DownloadCount[], at: Date): void;
  /** The newest so many days on which something was noted, the oldest first. */
  days(most: number): Day[];
  /** Whether it was noted on that day how much is stored. */
  hasStored(at: Date): boolean;
  /** How much is stored at a time. */
  recordStored(bytes: number, at: Date): void;
  close(): void;
}

/**
 * Opens the state for writing, made if it is not there.
 *
 * @param waitMs how long to stand still for another program
 * @throws {Failure} "integrity" when it is damaged, "io"
 */
export function openState(path: string, waitMs = COMMAND_PATIENCE_MS): State {
  mkdirSync(dirname(path), { recursive: true });
  makeLikeDirectory(path);
  const db = new Database(path, { create: true, strict: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    // Whatever is there already, such as tokens, stays.
    if (versionOf(db) < VERSION) db.transaction(() => db.exec(SCHEMA)).immediate();
    return tellingOf(path, stateOf(db));
  } catch (error) {
    db.close();
    throw asDatabaseFailure(path, error);
  }
}

function versionOf(db: Database): number {
  return db.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
}

/**
 * The state for reading, or undefined when there is none yet.
 *
 * @throws {Failure} "integrity" or "io", also later, when it cannot be read
 */
export function readState(path: string, waitMs = COMMAND_PATIENCE_MS): State | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return tellingOf(path, stateOf(openToRead(path, waitMs)));
  } catch (error) {
    throw asDatabaseFailure(path, error);
  }
}

/** Opens the state for writing, and closes it when `use` returns or throws. @throws {Failure} as `openState` */
export function withState<T>(
  path: string,
  use: (state: State) => T,
  waitMs = COMMAND_PATIENCE_MS,
): T {
  const state = openState(path, waitMs);
  try {
    return use(state);
  } finally {
    state.close();
  }
}

/** The same for reading; `use` is given undefined when there is no state yet. @throws {Failure} as `readState` */
export function readingState<T>(
  path: string,
  use: (state: State | undefined) => T,
  waitMs = COMMAND_PATIENCE_MS,
): T {
  const state = readState(path, waitMs);
  try {
    return use(state);
  } finally {
    state?.close();
  }
}

function openToRead(path: string, waitMs: number): Database {
  if (isWritable(dirname(path))) {
    // Not for reading only: what a writer that was killed left half done has to be undone first.
    const db = new Database(path, { readwrite: true, create: false, strict: true });
    db.exec(`PRAGMA busy_timeout = ${waitMs}`);
    return db;
  }
  // Where nothing can be written nothing changes: SQLite needs no lock and no file of its own.
  const uri = `${pathToFileURL(path).href}?immutable=1`;
  return new Database(uri, constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI);
}

interface SyncRow {
  readonly source: string;
  readonly at: string;
  readonly ok_at: string | null;
  readonly error: string | null;
  readonly failures: number;
}

/** Nothing when the table is not there: tokens alone made the file. */
type Rows = <R>(table: string, query?: string) => R[];

function stateOf(db: Database): State {
  const rows: Rows = <R>(table: string, query = `SELECT * FROM ${table}`) => {
    const found = db.query("SELECT 1 FROM sqlite_master WHERE name = ?").get(table);
    return found === null ? [] : db.query<R, []>(query).all();
  };
  return {
    ...sourcesIn(db, rows),
    ...selectionsIn(db, rows),
    ...downloadsIn(db, rows),
    ...daysIn(db, rows),
    close: () => db.close(),
  };
}

function sourcesIn(
  db: Database,
  rows: Rows,
): Pick<State, "syncs" | "recordSync" | "autoSync" | "recordAutoSync"> {
  return {
    syncs: () =>
      rows<SyncRow>("source_sync").map(({ source, at, ok_at, error, failures }) => {
        return { source, at, okAt: ok_at, error, failures };
      }),
    recordSync(source, at, error) {
      const time = at.toISOString();
      db.query(
        `INSERT INTO source_sync (source, at, ok_at, error, failures)
         VALUES ($source, $time, $okAt, $error, $failed)
         ON CONFLICT (source) DO UPDATE
         SET at = $time, ok_at = COALESCE($okAt, ok_at), error = $error,
             failures = CASE $failed WHEN 0 THEN 0 ELSE failures + 1 END`,
      ).run({
        source,
        time,
        okAt: error === undefined ? time : null,
        error: error ?? null,
        failed: error === undefined ? 0 : 1,
      });
    },
    autoSync() {
      const [row] = rows<{ state: string }>("auto_sync");
      return row && (JSON.parse(row.state) as AutoSyncState);
    },
    recordAutoSync(state) {
      db.query("INSERT OR REPLACE INTO auto_sync (id, state) VALUES (1, ?)").run(
        JSON.stringify(state),
      );
    },
  };
}

function selectionsIn(db: Database, rows: Rows): Pick<State, "selections" | "changeSelections"> {
  const selections = (): Selection[] =>
    rows<{ selection: string }>("mirrored", "SELECT selection FROM mirrored ORDER BY rowid").map(
      (row) => JSON.parse(row.selection) as Selection,
    );
  return {
    selections,
    changeSelections(change) {
      const write = (): void => {
        const before = selections();
        const after = change(before);
        if (JSON.stringify(before) === JSON.stringify(after)) return;
        db.exec("DELETE FROM mirrored");
        const add = db.query("INSERT OR IGNORE INTO mirrored (selection) VALUES (?)");
        for (const each of after) add.run(JSON.stringify(each));
      };
      db.transaction(write).immediate();
    },
  };
}

function downloadsIn(db: Database, rows: Rows): Pick<State, "downloads" | "addDownloads"> {
  return {
    downloads() {
      const query = "SELECT module, SUM(count) AS count FROM download GROUP BY module";
      const found = rows<{ module: string; count: number }>("download", query);
      return new Map(found.map(({ module, count }) => [module, count]));
    },
    addDownloads(counts, at) {
      const add = db.query(
        `INSERT INTO download (module, version, count) VALUES ($module, $version, $count)
         ON CONFLICT (module, version) DO UPDATE SET count = count + $count`,
      );
      const addDay = db.query(
        `INSERT INTO day (day, downloads) VALUES ($day, $count)
         ON CONFLICT (day) DO UPDATE SET downloads = downloads + $count`,
      );
      db.transaction(() => {
        let total = 0;
        for (const { module, version, count } of counts) {
          add.run({ module, version, count });
          total += count;
        }
        addDay.run({ day: dayOf(at), count: total });
      })();
    },
  };
}

function daysIn(db: Database, rows: Rows): Pick<State, "days" | "hasStored" | "recordStored"> {
  return {
    days: (most) => {
      const newest = `SELECT * FROM day ORDER BY day DESC LIMIT ${most}`;
      return rows<Day>("day", newest).reverse();
    },
    hasStored: (at) =>
      db.query("SELECT 1 FROM day WHERE day = ? AND bytes IS NOT NULL").get(dayOf(at)) !== null,
    recordStored(bytes, at) {
      db.query(
        `INSERT INTO day (day, bytes) VALUES ($day, $bytes)
         ON CONFLICT (day) DO UPDATE SET bytes = $bytes`,
      ).run({ day: dayOf(at), bytes });
    },
  };
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
