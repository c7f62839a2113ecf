/** Tokens, as two programs that share a state.db make and use them. */
import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { type Accounts, openAccounts } from "../../src/accounts/mod.ts";
import type { Scope } from "../../src/accounts/scope.ts";
import { tempDirectory } from "../support/temp.ts";

const READ: readonly Scope[] = ["read"];
const statePath = () => join(tempDirectory("accounts"), "data", "state.db");

describe("a token", () => {
  test("has a prefix to know it by, 256 random bits, and is never the same", () => {
    const accounts = openAccounts(statePath());
    const tokens = Array.from({ length: 50 }, (_, i) =>
      accounts.create({ name: `t${i}`, scopes: READ }),
    );
    for (const token of tokens) expect(token).toMatch(/^mbr_[A-Za-z0-9_-]{43}$/);
    expect(new Set(tokens).size).toBe(50);
  });

  test("is known again, and no other is", () => {
    const accounts = openAccounts(statePath());
    const token = accounts.create({ name: "ci", scopes: ["read", "publish:a/*", "read"] });
    expect(accounts.find(token)).toEqual({ name: "ci", scopes: ["read", "publish:a/*"] });
    const last = token.at(-1) === "A" ? "B" : "A";
    const wrong = ["", "mbr_", token.slice(0, -1), `${token}A`, ` ${token}`, token.toUpperCase()];
    for (const text of [...wrong, token.slice(0, -1) + last]) {
      expect(accounts.find(text)).toBeUndefined();
    }
  });

  test("is nowhere on the disk", () => {
    const path = statePath();
    const accounts = openAccounts(path);
    const token = accounts.create({ name: "ci", scopes: READ });
    accounts.close();
    expect(readFileSync(path).includes(Buffer.from(token.slice(4)))).toBe(false);
    expect(readFileSync(path).includes(Buffer.from("ci"))).toBe(true);
  });

  test("whose hash only begins the same is another's", () => {
    const path = statePath();
    const accounts = openAccounts(path);
    const token = accounts.create({ name: "ci", scopes: READ });
    const db = new Database(path);
    const row = db.query("SELECT hash FROM token").get() as { hash: Uint8Array };
    const other = Buffer.from(row.hash);
    other[31]! ^= 1;
    db.query("UPDATE token SET hash = ?").run(other);
    expect(accounts.find(token)).toBeUndefined();
  });

  test("ends at its time", () => {
    let now = new Date("2026-01-01T00:00:00Z");
    const accounts = openAccounts(statePath(), { now: () => now });
    const expires = new Date("2026-01-02T00:00:00Z");
    const token = accounts.create({ name: "day", scopes: READ, expires });
    now = new Date("2026-01-01T23:59:59.999Z");
    expect(accounts.find(token)?.name).toBe("day");
    now = expires;
    expect(accounts.find(token)).toBeUndefined();
    expect(accounts.list()[0]?.expires).toBe("2026-01-02T00:00:00.000Z");
  });

  test("has a name of its own, which is free again once it is revoked", () => {
    const accounts = openAccounts(statePath());
    const first = accounts.create({ name: "ci", scopes: READ });
    expect(() => accounts.create({ name: "ci", scopes: READ })).toThrow("token ci already");
    expect(accounts.find(first)).toBeDefined();
    accounts.revoke("ci");
    const second = accounts.create({ name: "ci", scopes: READ });
    expect(accounts.find(first)).toBeUndefined();
    expect(accounts.find(second)).toBeDefined();
  });

  test.each(["", "a b", "a/b", "-a", ".a", "a\n", "x".repeat(65), "é"])(
    "is not called %j",
    (name) => {
      const accounts = openAccounts(statePath());
      expect(() => accounts.create({ name, scopes: READ })).toThrow("cannot be called");
    },
  );

  test("that is not there cannot be revoked", () => {
    const path = statePath();
    expect(() => openAccounts(path).revoke("ci")).toThrow("there is no token ci");
    expect(existsSync(path)).toBe(false);
    const accounts = openAccounts(path);
    const token = accounts.create({ name: "ci", scopes: READ });
    // Who mistypes a name must not think that the token is taken back.
    expect(() => accounts.revoke("CI")).toThrow("there is no token CI");
    expect(accounts.find(token)).toBeDefined();
  });
});

describe("two programs", () => {
  const both = (): [Accounts, Accounts, string] => {
    const path = statePath();
    return [openAccounts(path), openAccounts(path), path];
  };

  test("see each other's changes at once, the first token included", () => {
    const [server, cli] = both();
    expect(server.list()).toEqual([]);
    const token = cli.create({ name: "ci", scopes: READ });
    expect(server.find(token)?.name).toBe("ci");
    cli.revoke("ci");
    expect(server.find(token)).toBeUndefined();
  });

  test("share a state.db that had no tokens yet", () => {
    const [server, cli, path] = both();
    const before = openAccounts(path);
    before.create({ name: "x", scopes: READ });
    before.close();
    rmSync(path);
    new Database(path, { create: true }).exec("CREATE TABLE other (a)");
    expect(server.list()).toEqual([]);
    const token = cli.create({ name: "ci", scopes: READ });
    expect(server.find(token)?.name).toBe("ci");
  });

  test("follow a file that was put in the place of theirs", () => {
    const [server, cli, path] = both();
    const old = cli.create({ name: "old", scopes: READ });
    expect(server.find(old)).toBeDefined();
    const other = statePath();
    const elsewhere = openAccounts(other);
    const token = elsewhere.create({ name: "new", scopes: READ });
    elsewhere.close();
    renameSync(other, path);
    expect(server.find(old)).toBeUndefined();
    expect(server.find(token)?.name).toBe("new");
  });

  test("note when a token was used", () => {
    const [server, cli] = both();
    cli.create({ name: "ci", scopes: READ });
    expect(cli.list()[0]?.used).toBeNull();
    server.recordUse(new Map([["ci", new Date("2026-01-01T00:00:00Z")]]));
    server.recordUse(new Map([["gone", new Date()]]));
    expect(cli.list()).toMatchObject([{ name: "ci", used: "2026-01-01T00:00:00.000Z" }]);
  });
});

test("of fifty who make one token, one has it", async () => {
  const path = statePath();
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, async () => openAccounts(path).create({ name: "ci", scopes: READ })),
  );
  const made = results.filter((each) => each.status === "fulfilled");
  expect(made).toHaveLength(1);
  expect(openAccounts(path).find(made[0]!.value)?.name).toBe("ci");
});

test.skipIf(process.getuid?.() === 0)(
  "tokens are read from a medium that cannot be written",
  () => {
    const path = statePath();
    const accounts = openAccounts(path);
    const token = accounts.create({ name: "ci", scopes: READ });
    accounts.close();
    chmodSync(path, 0o400);
    chmodSync(join(path, ".."), 0o500);
    const reader = openAccounts(path);
    expect(reader.find(token)?.name).toBe("ci");
    expect(() => reader.create({ name: "b", scopes: READ })).toThrow("read-only");
    chmodSync(join(path, ".."), 0o700);
  },
);

test("what is remembered of a file that has settled is forgotten when it changes", () => {
  const path = statePath();
  const server = openAccounts(path);
  const cli = openAccounts(path);
  const token = cli.create({ name: "ci", scopes: READ });
  const settle = () => utimesSync(path, new Date(2026, 0, 1), new Date(2026, 0, 1));
  settle();
  expect(server.find(token)?.name).toBe("ci");
  // It is remembered: nobody looks into a file that does not change.
  const db = new Database(path);
  db.exec("UPDATE token SET name = 'other'");
  db.close();
  settle();
  expect(server.find(token)?.name).toBe("ci");
  // But whoever changes it as one does is seen at once.
  cli.revoke("other");
  expect(server.find(token)).toBeUndefined();
  const next = cli.create({ name: "ci", scopes: READ });
  expect(server.find(next)?.name).toBe("ci");
  settle();
  expect(server.find(next)?.name).toBe("ci");
  rmSync(path);
  expect(server.find(next)).toBeUndefined();
});

test("a token that is remembered ends at its time", () => {
  let now = new Date("2026-01-01T00:00:00Z");
  const path = statePath();
  const accounts = openAccounts(path, { now: () => now });
  const expires = new Date("2026-01-02T00:00:00Z");
  const token = accounts.create({ name: "day", scopes: READ, expires });
  utimesSync(path, now, now);
  expect(accounts.find(token)?.name).toBe("day");
  now = expires;
  expect(accounts.find(token)).toBeUndefined();
});
