/** Tokens: made, listed, taken back, and known again. */
import { Failure } from "../errors.ts";
import { openTables, type Tables, tellingOf } from "../files/mod.ts";
import { type Caller, parseScope, type Scope } from "./scope.ts";
import { hashToken, isToken, newToken, sameSecret } from "./token.ts";
import { LAST, SCHEMA, type TokenRow } from "./token-table.ts";

export interface NewToken {
  /** What it is for, such as `ci`: it stands in lists and in the audit log. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Never, when it is left out. */
  readonly expires?: Date | undefined;
}

/** All that can be told of a token. The token itself cannot: it is not kept. */
export interface TokenInfo {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601, as all times. */
  readonly created: string;
  readonly expires: string | null;
  /** When a server last took it, within some minutes. */
  readonly used: string | null;
}

export interface Accounts {
  /**
   * @returns the token, which nobody can be told again
   * @throws {Failure} "usage" for a bad name; "exists"; "io"
   */
  create(token: NewToken): string;
  /** By name; expired ones too. */
  list(): TokenInfo[];
  /** @throws {Failure} "not-found" */
  revoke(name: string): void;
  /** Whose token it is; undefined when it is unknown, expired or taken back. */
  find(token: string): Caller | undefined;
  /** Notes when tokens were last used. @throws {Failure} "io" */
  recordUse(uses: ReadonlyMap<string, Date>): void;
  close(): void;
}

export interface AccountsOptions {
  /** For tests. */
  readonly now?: () => Date;
  /** How long to stand still for another program that writes, in milliseconds. */
  readonly waitMs?: number;
}

/** @param path of the `state.db`; made by the first token */
export function openAccounts(path: string, options: AccountsOptions = {}): Accounts {
  const { now = () => new Date(), waitMs } = options;
  const store = openTables(path, SCHEMA, LAST, waitMs);
  const holder = createHolderLookup(store);
  return tellingOf(path, {
    create({ name, scopes, expires }) {
      checkName(name);
      const token = newToken();
      const values = {
        name,
        hash: hashToken(token),
        scopes: [...new Set(scopes)].join(" "),
        created: now().toISOString(),
        expires: expires?.toISOString() ?? null,
      };
      const { changes } = store
        .write()
        .query(
          `INSERT OR IGNORE INTO token (name, hash, scopes, created, expires)
           VALUES ($name, $hash, $scopes, $created, $expires)`,
        )
        .run(values);
      if (changes === 0) {
        const hint = `choose another name, or \`moonbit-registry token revoke ${name}\` first`;
        throw new Failure("exists", `there is a token ${name} already`, hint);
      }
      return token;
    },
    list() {
      const rows = store.read()?.query<TokenRow, []>("SELECT * FROM token ORDER BY name").all();
      return (rows ?? []).map(infoOf);
    },
    revoke(name) {
      const removed =
        store.read() !== undefined &&
        store.write().query("DELETE FROM token WHERE name = ?").run(name).changes > 0;
      if (removed) return;
      const hint = "`moonbit-registry token list` shows what there is";
      throw new Failure("not-found", `there is no token ${name.slice(0, 80)}`, hint);
    },
    find(token) {
      if (!isToken(token)) return undefined;
      const found = holder(hashToken(token));
      return found && found.until > now().getTime() ? found.caller : undefined;
    },
    recordUse(uses) {
      if (uses.size === 0 || store.read() === undefined) return;
      const db = store.write();
      const update = db.query("UPDATE token SET used = $at WHERE name = $name");
      db.transaction(() => {
        for (const [name, at] of uses) update.run({ name, at: at.toISOString() });
      })();
    },
    close: () => store.close(),
  });
}

interface Holder {
  readonly caller: Caller;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/** Tokens of which the holder is remembered; others are looked up each time. */
const MOST_HOLDERS = 1_000;

/** Looks a hash up. What was found is remembered while the file stays as it is: saves 15 µs a request. */
function createHolderLookup(store: Tables): (hash: Buffer) => Holder | undefined {
  const known = new Map<string, Holder>();
  let seen: string | undefined;
  return (hash) => {
    const version = store.version();
    if (version === undefined || version !== seen) known.clear();
    seen = version;
    const key = hash.toString("latin1");
    const before = known.get(key);
    if (before) return before;
    const rows = store
      .read()
      ?.query<TokenRow, [Uint8Array]>("SELECT * FROM token WHERE substr(hash, 1, 8) = ?")
      .all(hash.subarray(0, 8));
    const row = rows?.find((each) => sameSecret(each.hash, hash));
    if (!row) return undefined;
    const until = row.expires === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires);
    const found = { caller: { name: row.name, scopes: scopesOf(row) }, until };
    if (version !== undefined && known.size < MOST_HOLDERS) known.set(key, found);
    return found;
  };
}

function checkName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) return;
  const hint = "up to 64 of letters, digits and . _ @ -, the first a letter or digit";
  throw new Failure("usage", `a token cannot be called ${JSON.stringify(name.slice(0, 80))}`, hint);
}

function infoOf({ name, created, expires, used, ...row }: TokenRow): TokenInfo {
  return { name, scopes: scopesOf(row), created, expires, used };
}

/** Strict on the way out as well: a scope that nobody understands must not become a right. */
function scopesOf({ scopes }: Pick<TokenRow, "scopes">): Scope[] {
  return scopes.split(" ").map(parseScope);
}
