import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createObjectBatch, createRepository, openObjectDatabase } from "../../src/git/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const openFiles = () => readdirSync("/proc/self/fd").length;

describe.if(existsSync("/proc/self/fd"))("files are closed", () => {
  test("also when one of the packs is damaged, however often it is looked at", async () => {
    const gitdir = join(tempDirectory(), "index");
    await createRepository(gitdir);
    const packs = join(gitdir, "objects", "pack");
    for (const text of ["one", "two", "three"]) {
      const batch = createObjectBatch(gitdir, () => false);
      batch.add("blob", Buffer.from(text));
      await batch.write();
    }
    const last = readdirSync(packs)
      .filter((name) => name.endsWith(".idx"))
      .sort()
      .at(-1)!;
    writeFileSync(join(packs, last), "");
    const objects = openObjectDatabase(gitdir);
    const before = openFiles();
    for (let look = 0; look < 20; look++) {
      expect(() => objects.has("0".repeat(40))).toThrow(`${last} is damaged`);
    }
    expect(openFiles()).toBe(before);
    objects.close();
  });
});
