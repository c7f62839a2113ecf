import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkFile } from "../../src/archives/check.ts";
import { tempDirectory } from "../support/temp.ts";

test("a big archive is hashed in steps, between which others can have their turn", () => {
  const path = join(tempDirectory("check"), "big");
  writeFileSync(path, Buffer.alloc(20_000_000));
  expect([...checkFile(path, "0".repeat(64))].length).toBeGreaterThanOrEqual(5);
});
