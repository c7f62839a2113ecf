/**
 * What a registry remembers of its own doing, in SQLite: when each source was last seen and what was
 * asked to be mirrored. Losing it costs no package; the next `mirror` and `sync` fill it again.
 *
 * Version 1: first.
 */
import { Database } from "bun:sqlite";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Selection } from "./plan.ts";

const VERSION = 1;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS source_sync (
    source TEXT PRIMARY KEY,
    at TEXT NOT NULL,     -- ISO 8601, of the last try
    ok_at TEXT,           -- of the last success
    error TEXT            -- of the last try, when it failed
  );
  CREATE TABLE IF NOT EXISTS mirrored (
    selection TEXT PRIMARY KEY -- JSON of a Selection
  );
  PRAGMA user_version = ${VERSION};
`;

export interface SourceSync {
  readonly source: string;
  readonly at: string;
  readonly okAt: string | null;
  readonly error: string | null;
}

export interface State {
  syncs(): SourceSync[];
  recordSync(source: string, at: Date, error: string | undefined): void;
  /** What `mirror` was asked for so far; `sync` refreshes it. */
  selections(): Selection[];
  remember(selection: Selection): void;
  close(): void;
}

/** Opens the state for writing, made if it is not there. */
export function openState(path: string): State {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Database(path, { create: true, strict: true });
  db.exec("PRAGMA busy_timeout = 5000");
  db.exec(SCHEMA);
  return stateOf(db);
}

/** The state for reading, or undefined when there is none yet. */
export function readState(path: string): State | undefined {
  return existsSync(path) ? stateOf(new Database(path, { readonly: true })) : undefined;
}

function stateOf(db: Database): State {
  return {
    syncs: () =>
      db.query<SourceSync, []>("SELECT source, at, ok_at AS okAt, error FROM source_sync").all(),
    recordSync(source, at, error) {
      const time = at.toISOString();
      db.query(
        `INSERT INTO source_sync (source, at, ok_at, error) VALUES ($source, $time, $okAt, $error)
         ON CONFLICT (source) DO UPDATE
         SET at = $time, ok_at = COALESCE($okAt, ok_at), error = $error`,
      ).run({ source, time, okAt: error === undefined ? time : null, error: error ?? null });
    },
    selections: () =>
      db
        .query<{ selection: string }, []>("SELECT selection FROM mirrored ORDER BY rowid")
        .all()
        .map((row) => JSON.parse(row.selection) as Selection),
    remember(selection) {
      db.query("INSERT OR IGNORE INTO mirrored (selection) VALUES (?)").run(
        JSON.stringify(selection),
      );
    },
    close: () => db.close(),
  };
}
