/** What a scope allows, and what it must not. */
import { describe, expect, test } from "bun:test";
import { type Action, may, parseScope } from "../../src/accounts/mod.ts";
import { forAll } from "../support/random.ts";

const can = (scope: string, action: Action, name?: string) =>
  may({ name: "t", scopes: [parseScope(scope)] }, action, name);

describe("a scope", () => {
  test.each([
    ["read", "read", undefined, true],
    ["read", "publish", "owner/name", false],
    ["read", "publish", undefined, false],
    ["read", "admin", undefined, false],
    ["publish:owner/name", "read", undefined, true],
    ["publish:owner/name", "publish", "owner/name", true],
    ["publish:owner/name", "publish", "owner/names", false],
    ["publish:owner/name", "publish", "owner/nam", false],
    ["publish:owner/name", "publish", "owner/name/sub", false],
    ["publish:owner/name", "publish", "Owner/name", false],
    ["publish:owner/*", "publish", "owner/name", true],
    ["publish:owner/*", "publish", "owner/name/sub", true],
    ["publish:owner/*", "publish", undefined, false],
    ["publish:owner/*", "admin", undefined, false],
    ["publish:*", "publish", "any/module", true],
    ["publish:*", "publish", undefined, true],
    ["publish:*", "admin", undefined, false],
    ["admin", "publish", "any/module", true],
    ["admin", "publish", undefined, true],
    ["admin", "read", undefined, true],
    ["admin", "admin", undefined, true],
    ["publish:包/*", "publish", "包/名", true],
  ] as const)("%s: %s %s → %p", (scope, action, name, expected) => {
    expect(can(scope, action, name)).toBe(expected);
  });

  test.each([
    "owner2/x",
    "own",
    "own/",
    "own//x",
    "own/../x",
    "own/../own2/x",
    "own/./x",
    "own/..",
    "own\\x/y",
    "own/x\\..\\y",
    "own/x%2f..",
    "own/x\0",
    "own/x\n",
    " own/x",
    "../own/x",
    "/own/x",
    "*/x",
    "",
  ])("publish:own/* does not reach %j", (name) => {
    expect(can("publish:own/*", "publish", name)).toBe(false);
  });

  test.each(["a//b", "a/../b", "a/b/", "x", ""])("not even admin publishes %j", (name) => {
    expect(can("admin", "publish", name)).toBe(false);
    expect(can("publish:*", "publish", name)).toBe(false);
  });

  test.each([
    "",
    "write",
    "READ",
    "read ",
    "publish",
    "publish:",
    "publish:owner",
    "publish:owner/",
    "publish:*/name",
    "publish:own*/x",
    "publish:owner/na*",
    "publish:owner/**",
    "publish:../x",
    "publish:a/../*",
    "publish:a b/*",
    "publish:a/b read",
    "publish:a/b\nadmin",
    `publish:a/${"x".repeat(400)}`,
    "admin:all",
  ])("cannot be %j", (text) => {
    expect(() => parseScope(text)).toThrow("is no scope");
  });

  test("of nobody allows nothing", () => {
    for (const action of ["read", "publish", "admin"] as const) {
      expect(may(undefined, action, "a/b")).toBe(false);
      expect(may({ name: "t", scopes: [] }, action, "a/b")).toBe(false);
    }
  });
});

test("an owner's scope reaches exactly the names that begin with the owner and a slash", () => {
  const pieces = ["a", "b", "ab", "/", ".", "..", "*", "-", "A", "é"];
  forAll(2_000, (random) => {
    const name = Array.from({ length: 1 + random.int(6) }, () => random.pick(pieces)).join("");
    if (!can("publish:a/*", "publish", name)) return;
    expect(name).toStartWith("a/");
    expect(name.split("/")).not.toContain("..");
    expect(name).not.toContain("*");
  });
});
