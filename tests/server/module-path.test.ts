import { describe, expect, test } from "bun:test";
import { pathAfter, splitRange, splitVersion } from "../../src/server/module-path.ts";

describe("a module with its version", () => {
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ["a/b", "a/b", undefined],
    ["a/b@1.0.0", "a/b", "1.0.0"],
    ["a/b/c@0.1.2+3", "a/b/c", "0.1.2+3"],
    ["a/b@latest", "a/b@latest", undefined],
    ["a/b@", "a/b@", undefined],
    ["a/b@c@1.0.0", "a/b@c", "1.0.0"],
    ["@1.0.0", "", "1.0.0"],
    ["", "", undefined],
  ];
  for (const [text, module, version] of rows) {
    test(JSON.stringify(text), () => expect(splitVersion(text)).toEqual({ module, version }));
  }
});

describe("a module with a range", () => {
  const isModule = (name: string) => name === "a/b/deep" || name === "a/b";
  const rows: readonly (readonly [string, string, string | undefined])[] = [
    ["a/b", "a/b", undefined],
    ["a", "a", undefined],
    ["a/b/^1.0.0", "a/b", "^1.0.0"],
    ["a/b/c/>=1.0.0 <2.0.0", "a/b/c", ">=1.0.0 <2.0.0"],
    ["a/b/*", "a/b", "*"],
    ["a/b/deep", "a/b/deep", undefined],
    ["a/b/deep/*", "a/b/deep", "*"],
    ["", "", undefined],
  ];
  for (const [text, module, range] of rows) {
    test(JSON.stringify(text), () => expect(splitRange(text, isModule)).toEqual({ module, range }));
  }
});

test("a path is decoded once, and a plus stays a plus", () => {
  const after = (path: string) => pathAfter(new Request(`http://host/p/${path}`), "/p/");
  expect(after("a%2Fb@0.1.2+3")).toBe("a/b@0.1.2+3");
  expect(after("a/b@0.1.2%2B3")).toBe("a/b@0.1.2+3");
  expect(after("a%252Fb")).toBe("a%2Fb");
  expect(after("a/b/")).toBe("a/b");
  expect(after("a/b?x=/y")).toBe("a/b");
  expect(() => after("%ff")).toThrow("percent escapes");
});
