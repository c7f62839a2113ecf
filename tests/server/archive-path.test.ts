import { expect, test } from "bun:test";
import { parseArchivePath } from "../../src/server/archive-path.ts";

test.each([
  ["moonbitlang%2Fx%2F0.4.40.zip", "moonbitlang/x", "0.4.40"],
  ["moonbitlang/x/0.4.40.zip", "moonbitlang/x", "0.4.40"],
  ["moonbitlang%2Flex%2Fruntime%2F0.1.0.zip", "moonbitlang/lex/runtime", "0.1.0"],
  ["a%2Fb%2F0.1.2%2B3.zip", "a/b", "0.1.2+3"],
  ["a/b/0.1.2+3.zip", "a/b", "0.1.2+3"],
  ["illusory0x0%2F%F0%9F%90%AB%2F0.1.0.zip", "illusory0x0/🐫", "0.1.0"],
])("%s is %s at %s", (path, module, version) => {
  expect(parseArchivePath(path)).toEqual({ module, version });
});

test.each(["x/0.1.0.zip", "a/b/0.1.0", "a/b/.zip", "", "%E0%A4%A", "a/b/0.1.0.zip.tar"])(
  "%p names no archive",
  (path) => expect(parseArchivePath(path)).toBeUndefined(),
);
