import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entriesOf, readIfThere } from "../../src/files/mod.ts";
import { tempDirectory } from "../support/temp.ts";

test("what is not there is no trouble, and anything else is", () => {
  const directory = tempDirectory();
  const file = join(directory, "file");
  expect(readIfThere(file)).toBeUndefined();
  expect(entriesOf(join(directory, "none"))).toEqual([]);
  writeFileSync(file, "text");
  mkdirSync(join(directory, "folder"));
  expect(readIfThere(file)).toBe("text");
  const found = entriesOf(directory).map((each) => [each.name, each.isDirectory()]);
  expect(found.sort()).toEqual([
    ["file", false],
    ["folder", true],
  ]);
  expect(() => readIfThere(directory)).toThrow("EISDIR");
  expect(() => entriesOf(file)).toThrow("ENOTDIR");
});
