/** Where tokens are: a table of `data/state.db`. */

/**
 * Found by the first bytes of its hash; the rest is compared in constant time. Times are ISO 8601.
 *
 * Version 1: first.
 */
export const SCHEMA = `
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
/** What the schema makes last. */
export const LAST = "token_prefix";

export interface TokenRow {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly scopes: string;
  readonly created: string;
  readonly expires: string | null;
  readonly used: string | null;
}
