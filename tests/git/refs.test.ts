import { expect, test } from "bun:test";
import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { followRef, forgetRefs, writeRef } from "../../src/git/mod.ts";
import { tempDirectory } from "../support/temp.ts";

test("a ref that went away and came back is there at once when that is told", async () => {
  const [gitdir, away] = [join(tempDirectory(), "index"), join(tempDirectory(), "away")];
  mkdirSync(gitdir);
  const oid = "a".repeat(40);
  await writeRef(gitdir, "refs/heads/main", oid);
  const tip = followRef(gitdir, "refs/heads/main");
  expect(tip()).toBe(oid);
  for (let i = 0; i < 3; i++) {
    renameSync(gitdir, away);
    forgetRefs();
    expect(tip()).toBeUndefined();
    renameSync(away, gitdir);
    forgetRefs();
    expect(tip()).toBe(oid);
  }
});
