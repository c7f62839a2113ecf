import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
    // Each in turn, as one that is looked at first keeps the others from being opened at all.
    for (const name of readdirSync(packs).filter((file) => file.endsWith(".idx"))) {
      const sound = readFileSync(join(packs, name));
      writeFileSync(join(packs, name), "");
      const objects = openObjectDatabase(gitdir);
      const before = openFiles();
      for (let look = 0; look < 20; look++) {
        expect(() => objects.has("0".repeat(40))).toThrow(`${name} is damaged`);
      }
      expect(openFiles()).toBe(before);
      objects.close();
      writeFileSync(join(packs, name), sound);
    }
  });
});
