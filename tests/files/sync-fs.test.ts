import { afterAll, describe, expect, test } from "bun:test";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSyncFs } from "../../src/files/sync-fs.ts";
import { tempDirectory } from "../support/temp.ts";

const syncFs = await loadSyncFs();
const file = join(tempDirectory("sync-fs"), "file");
writeFileSync(file, Buffer.alloc(4_000_000, 7));
const fd = openSync(file, "r");
afterAll(() => closeSync(fd));

test.skipIf(process.platform === "linux")("only Linux has the call", () => {
  expect(syncFs).toBeUndefined();
});

describe.skipIf(process.platform !== "linux")("on Linux", () => {
  test("the disk says that it has it, and others have their turn meanwhile", async () => {
    let had = false;
    setImmediate(() => {
      had = true;
    });
    expect(await syncFs!(fd)).toBe(true);
    expect(had).toBe(true);
  });

  test("what cannot be synced is told", async () => {
    expect(await syncFs!(2 ** 20)).toBe(false);
  });

  test("many at once each get their own answer", async () => {
    const answers = Array.from({ length: 20 }, (_, at) => syncFs!(at % 2 === 0 ? fd : 2 ** 20));
    expect(await Promise.all(answers)).toEqual(answers.map((_, at) => at % 2 === 0));
  });
});
