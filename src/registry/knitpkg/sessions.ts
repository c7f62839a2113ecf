/**
 * Who has signed in through a provider: a table of `data/state.db`. Only hashes of the tokens are kept.
 * Losing it costs a new login.
 *
 * Version 1: first.
 */
import { randomBytes } from "node:crypto";
import { hashToken } from "../../accounts/mod.ts";
import { openTables, tellingOf } from "../../files/mod.ts";
import { SERVER_PATIENCE_MS } from "../state.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    hash BLOB PRIMARY KEY,   -- SHA-256 of the token
    provider TEXT NOT NULL,
    id TEXT NOT NULL,        -- the provider's number for the account
    username TEXT NOT NULL,
    email TEXT,
    expires INTEGER NOT NULL -- milliseconds since the epoch
  );
`;

/** An account, as a provider vouches for it. */
export interface Identity {
  readonly provider: string;
  readonly id: string;
  readonly username: string;
  readonly email: string | null;
}

export interface Sessions {
  /** @returns the token, which nobody can be told again */
  create(identity: Identity): string;
  find(token: string): Identity | undefined;
  close(): void;
}

const LIFETIME_MS = 90 * 24 * 3_600_000;

/** Tokens of another shape than this registry's own, so that neither is looked up as the other. */
const PREFIX = "mbs_";

/** @param path of the `state.db`; made by the first session */
export function openSessions(path: string, now: () => number = Date.now): Sessions {
  const tables = openTables(path, SCHEMA, "session", SERVER_PATIENCE_MS);
  return tellingOf(path, {
    create({ provider, id, username, email }) {
      const token = PREFIX + randomBytes(32).toString("base64url");
      const db = tables.write();
      db.query("DELETE FROM session WHERE expires < ?").run(now());
      db.query(
        `INSERT INTO session (hash, provider, id, username, email, expires)
         VALUES ($hash, $provider, $id, $username, $email, $expires)`,
      ).run({
        hash: hashToken(token),
        provider,
        id,
        username,
        email,
        expires: now() + LIFETIME_MS,
      });
      return token;
    },
    find(token) {
      if (!isSessionToken(token)) return undefined;
      const found = tables
        .read()
        ?.query<Identity, [Uint8Array, number]>(
          "SELECT provider, id, username, email FROM session WHERE hash = ? AND expires > ?",
        )
        .get(hashToken(token), now());
      return found ?? undefined;
    },
    close: tables.close,
  });
}

function isSessionToken(text: string): boolean {
  return /^mbs_[A-Za-z0-9_-]{43}$/.test(text);
}
