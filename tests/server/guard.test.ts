/** Who a request comes from, and what is refused. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { AuditEvent } from "../../src/accounts/audit.ts";
import { openAccounts } from "../../src/accounts/mod.ts";
import type { Scope } from "../../src/accounts/scope.ts";
import { Failure } from "../../src/errors.ts";
import { createGuard } from "../../src/server/guard.ts";
import { createThrottle } from "../../src/server/throttle.ts";
import { tempDirectory } from "../support/temp.ts";

function world() {
  const accounts = openAccounts(join(tempDirectory("guard"), "state.db"));
  const events: AuditEvent[] = [];
  const used: string[] = [];
  let ms = 0;
  let address = "192.0.2.1";
  const guard = createGuard({
    accounts,
    audit: (event) => events.push(event),
    isPrivate: () => false,
    address: () => address,
    onUse: (name) => used.push(name),
    throttle: createThrottle({ burst: 3, refillMs: 1_000, now: () => ms }),
  });
  const token = (...scopes: Scope[]) =>
    accounts.create({ name: `t${scopes.join()}`.replace(/\W/g, "-"), scopes });
  return {
    accounts,
    guard,
    events,
    used,
    token,
    pass: (more: number) => {
      ms += more;
    },
    from: (next: string) => {
      address = next;
    },
  };
}

const request = (authorization?: string, headers: Record<string, string> = {}) =>
  new Request("http://127.0.0.1/api/v0/publish?token=no", {
    method: "POST",
    headers: { ...headers, ...(authorization && { authorization }) },
  });
const basic = (password: string, user = "x") => `Basic ${btoa(`${user}:${password}`)}`;
const WRONG = `mbr_${"A".repeat(43)}`;

/** The code of the failure. */
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

describe("a caller", () => {
  test("is who the token says, as bearer or as the password of basic", () => {
    const { guard, token } = world();
    const secret = token("read");
    for (const header of [
      `Bearer ${secret}`,
      `bearer  ${secret} `,
      basic(secret),
      basic(secret, ""),
      basic(secret, "somebody"),
      `basic ${btoa(`x:${secret}`)}`,
    ]) {
      expect(guard.caller(request(header))).toEqual({ name: "tread", scopes: ["read"] });
    }
  });

  test("is nobody without credentials, which is no failed attempt", () => {
    const { guard, events } = world();
    for (let i = 0; i < 10; i++) expect(guard.caller(request())).toBeUndefined();
    expect(codeOf(() => guard.require(request(), "read"))).toBe("unauthenticated");
    expect(events).toEqual([]);
  });

  test.each([
    `Bearer ${WRONG}`,
    basic(WRONG),
    "Bearer x",
    "Bearer",
    "Basic ???",
    "Basic eA==",
    "Digest a=b",
    `Bearer ${"x".repeat(10_000)}`,
  ])("with %p is refused", (header) => {
    const { guard } = world();
    const refused = new Request("http://127.0.0.1/", { headers: { authorization: header } });
    expect(codeOf(() => guard.caller(refused))).toBe("unauthenticated");
  });

  test("whose token was revoked is refused at once", () => {
    const { guard, token, accounts } = world();
    const secret = token("read");
    expect(guard.caller(request(`Bearer ${secret}`))?.name).toBe("tread");
    accounts.revoke("tread");
    expect(codeOf(() => guard.caller(request(`Bearer ${secret}`)))).toBe("unauthenticated");
  });

  test("is looked up once a request", () => {
    const { guard, token, used } = world();
    const asked = request(`Bearer ${token("publish:a/*")}`);
    guard.caller(asked);
    guard.require(asked, "publish", "a/b");
    expect(used).toHaveLength(1);
  });
});

describe("what a token does not allow", () => {
  test("is forbidden, and recorded with the token's name", () => {
    const { guard, token, events } = world();
    const asked = () => request(`Bearer ${token("publish:own/*")}`);
    const first = asked();
    expect(guard.require(first, "publish", "own/x").name).toBe("tpublish-own--");
    expect(guard.require(first, "read").name).toBe("tpublish-own--");
    for (const name of ["owner2/x", "own/../x", undefined]) {
      expect(codeOf(() => guard.require(first, "publish", name))).toBe("forbidden");
    }
    expect(codeOf(() => guard.require(first, "admin"))).toBe("forbidden");
    expect(events).toHaveLength(4);
    expect(events[0]).toEqual({
      who: "tpublish-own--",
      what: "publish",
      target: "owner2/x",
      result: "refused: the token's scopes do not allow it",
      from: "192.0.2.1",
    });
  });

  test("is not done for another site's page, whose requests a browser signs", () => {
    const { guard, token } = world();
    const secret = token("publish:*");
    const tries = (authorization: string, headers: Record<string, string>) =>
      codeOf(() => guard.require(request(authorization, headers), "publish", "a/b"));
    expect(tries(basic(secret), { "sec-fetch-site": "cross-site" })).toBe("forbidden");
    expect(tries(basic(secret), { "sec-fetch-site": "same-site" })).toBe("forbidden");
    expect(tries(basic(secret), { "sec-fetch-site": "same-origin" })).toBeUndefined();
    expect(tries(basic(secret), { origin: "http://evil.example", host: "us" })).toBe("forbidden");
    expect(tries(basic(secret), { origin: "null", host: "us" })).toBe("forbidden");
    expect(tries(basic(secret), { origin: "http://us", host: "us" })).toBeUndefined();
    // Nobody sends a bearer token without meaning to.
    expect(tries(`Bearer ${secret}`, { "sec-fetch-site": "cross-site" })).toBeUndefined();
  });
});

describe("failed attempts", () => {
  const fail = (guard: ReturnType<typeof world>["guard"], header = `Bearer ${WRONG}`) =>
    codeOf(() => guard.caller(request(header)));

  test("are throttled by address, and end with time", () => {
    const { guard, pass, from } = world();
    expect([1, 2, 3, 4].map(() => fail(guard))).toEqual([
      "unauthenticated",
      "unauthenticated",
      "unauthenticated",
      "throttled",
    ]);
    from("192.0.2.2");
    expect(fail(guard)).toBe("unauthenticated");
    from("192.0.2.1");
    expect(fail(guard, "Digest x")).toBe("throttled");
    pass(1_000);
    expect(fail(guard)).toBe("unauthenticated");
    expect(fail(guard)).toBe("throttled");
  });

  test("let an address find no token, but lock out none that was right before", () => {
    const { guard, token, accounts, pass } = world();
    const before = token("read");
    const after = token("admin");
    expect(guard.caller(request(`Bearer ${before}`))?.name).toBe("tread");
    for (let i = 0; i < 3; i++) fail(guard);
    expect(guard.caller(request(`Bearer ${before}`))?.name).toBe("tread");
    expect(fail(guard, `Bearer ${after}`)).toBe("throttled");
    accounts.revoke("tread");
    expect(fail(guard, `Bearer ${before}`)).toBe("unauthenticated");
    pass(10_000);
    expect(guard.caller(request(`Bearer ${after}`))?.name).toBe("tadmin");
  });

  test("are recorded until they are throttled, and never with the token", () => {
    const { guard, events } = world();
    for (let i = 0; i < 100; i++) fail(guard, basic(WRONG));
    expect(events).toHaveLength(3);
    expect(events[2]).toEqual({
      who: "unknown",
      what: "login",
      target: "POST /api/v0/publish",
      result: "refused: it is unknown, expired or revoked; no more tries for a while",
      from: "192.0.2.1",
    });
    expect(JSON.stringify(events)).not.toContain("AAAA");
  });
});
