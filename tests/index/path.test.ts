import { expect, test } from "bun:test";
import { isModuleName, modulePath } from "../../src/index/path.ts";

test("a module's file stands below its owner, however deep its name is", () => {
  expect(modulePath("moonbitlang/x")).toEqual(["user", "moonbitlang", "x.index"]);
  expect(modulePath("moonbitlang/lex/runtime")).toEqual([
    "user",
    "moonbitlang",
    "lex",
    "runtime.index",
  ]);
});

test.each([
  "a/b",
  "moonbitlang/lex/runtime",
  "CAIMEOX/原来可以发中文包",
  "illusory0x0/🐫",
  "a/.b",
  "a.index/b",
])("%s is a module's name", (name) => expect(isModuleName(name)).toBe(true));

test.each([
  ["no owner", "x"],
  ["a folder where the file of a/b stands", "a/b.index/c"],
  ["nothing", ""],
  ["a way up", "a/../b"],
  ["a dot", "a/."],
  ["an empty part", "a//b"],
  ["a leading slash", "/a/b"],
  ["a trailing slash", "a/b/"],
  ["a backslash", "a/b\\c"],
  ["a null byte", "a/b\0"],
  ["a line end", "a/b\n"],
  ["an escape sequence", "a/\u001b[31m"],
  ["a right-to-left override", "a/\u202eb"],
  ["what was not UTF-8", "a/\ufffd"],
  ["300 characters", `a/${"b".repeat(300)}`],
])("refuses %s", (_, name) => expect(isModuleName(name)).toBe(false));
