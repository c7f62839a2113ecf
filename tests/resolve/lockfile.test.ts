import { describe, expect, test } from "bun:test";
import { isModuleName } from "../../src/index/mod.ts";
import { encodeLockfile, type Lockfile, parseLockfile } from "../../src/resolve/mod.ts";

const LOCK: Lockfile = {
  request: { module: "demo/app", range: "^1.0.0" },
  modules: [
    { module: "demo/app", version: "1.2.0", checksum: "a".repeat(64) },
    { module: "a/b/c", version: "0.1.2+3", checksum: "b".repeat(64) },
  ],
};
const parse = (text: string) => parseLockfile(text, isModuleName);
const changed = (change: (lock: Json) => void) => {
  const lock = JSON.parse(encodeLockfile(LOCK)) as Json;
  change(lock);
  return JSON.stringify(lock);
};
interface Json {
  format: unknown;
  request: { module: unknown; range: unknown } | undefined;
  modules: { module: unknown; version: unknown; checksum: unknown }[];
}

test("a lock reads back as it was written, and the same choice gives the same bytes", () => {
  const text = encodeLockfile(LOCK);
  expect(parse(text)).toEqual(LOCK);
  expect(encodeLockfile(parse(text))).toBe(text);
  expect(
    parse(encodeLockfile({ ...LOCK, request: { module: "demo/app", range: null } })),
  ).toMatchObject({
    request: { range: null },
  });
});

describe("a lock is refused", () => {
  const rows: readonly (readonly [what: string, text: string, why: string])[] = [
    ["that is no JSON", "{", "no JSON"],
    ["that is empty", "", "no JSON"],
    ["that is a list", "[]", "no JSON object"],
    ["of another format", changed((lock) => (lock.format = 2)), "its format is 2, and 1 is known"],
    ["without a request", changed((lock) => (lock.request = undefined)), "what was asked for"],
    ["with a strange range", changed((lock) => (lock.request!.range = 7)), "what was asked for"],
    ["without modules", changed((lock) => (lock.modules = [])), "first module"],
    ["for another module", changed((lock) => (lock.request!.module = "x/y")), "first module"],
    ["that lists one twice", changed((lock) => lock.modules.push(lock.modules[0]!)), "twice"],
    ...["../x", "a//b", "a/../../b", "/etc/x", "a\\b/c", "x", "a/\u202eb", ""].map(
      (name): [string, string, string] => [
        `with the name ${JSON.stringify(name)}`,
        changed((lock) => (lock.modules[1]!.module = name)),
        "module 2 has a name",
      ],
    ),
    ...["", "1.0", "v1.0.0", "../1.0.0", "1.0.0/..", "1.0.0 ", "latest"].map(
      (version): [string, string, string] => [
        `with the version ${JSON.stringify(version)}`,
        changed((lock) => (lock.modules[1]!.version = version)),
        "module 2 has no version",
      ],
    ),
    ...["", "A".repeat(64), "a".repeat(63), `${"a".repeat(64)}\n`].map(
      (checksum): [string, string, string] => [
        `with the checksum ${JSON.stringify(checksum).slice(0, 10)}`,
        changed((lock) => (lock.modules[1]!.checksum = checksum)),
        "module 2 has no SHA-256",
      ],
    ),
  ];
  for (const [what, text, why] of rows) {
    test(what, () => {
      let failure: unknown;
      try {
        parse(text);
      } catch (error) {
        failure = error;
      }
      expect(failure).toMatchObject({ code: "invalid", message: expect.stringContaining(why) });
    });
  }
});
