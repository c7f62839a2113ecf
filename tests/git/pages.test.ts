import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openPages } from "../../src/git/pages.ts";
import { createRandom, forAll } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const SIZE = 3_000_000;
const content = createRandom(3).bytes(SIZE);

function file(): string {
  const path = join(tempDirectory(), "file");
  writeFileSync(path, content);
  return path;
}

test("any part of a file is read as it is, within a page, over several and at the end", () => {
  const pages = openPages(file());
  expect(pages.size).toBe(SIZE);
  forAll(500, (random) => {
    const offset = random.int(SIZE);
    const length = random.int(Math.min(SIZE - offset, random.pick([100, 40_000, 200_000])) + 1);
    expect(pages.read(offset, length).equals(content.subarray(offset, offset + length))).toBe(true);
  });
  pages.close();
});

test("past the end there is nothing", () => {
  const pages = openPages(file());
  expect(() => pages.read(SIZE - 10, 11)).toThrow(RangeError);
  expect(() => pages.read(SIZE, 1)).toThrow(RangeError);
  pages.close();
});
