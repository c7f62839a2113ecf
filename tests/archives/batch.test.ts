/** How much of a batch a crash may cost. */
import { afterEach, beforeEach, expect, jest, spyOn, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openArchiveStore } from "../../src/archives/mod.ts";
import { tempDirectory } from "../support/temp.ts";

let now = 60_000;
beforeEach(() => spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => jest.restoreAllMocks());

/** A batch that makes its own bodies, and what of them has its name. */
function openBatch() {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const batch = store.batch();
  let made = 0;
  return {
    /** Adds so many bodies of so many bytes. */
    async add(count: number, size = 8) {
      const bodies = Array.from({ length: count }, () => {
        const body = new Uint8Array(size);
        new DataView(body.buffer).setUint32(0, ++made);
        return body;
      });
      await Promise.all(bodies.map((body) => batch.add(body)));
    },
    stored: async () => (await store.list()).size,
    staged: () => readdirSync(join(root, "tmp")).length,
    close: batch.close,
  };
}

test("1,024 archives do not wait any longer for their names", async () => {
  const { add, stored, staged, close } = openBatch();
  await add(1_023);
  expect([await stored(), staged()]).toEqual([0, 1_023]);
  await add(1);
  expect([await stored(), staged()]).toEqual([1_024, 0]);
  await add(1_023);
  expect([await stored(), staged()]).toEqual([1_024, 1_023]);
  await close();
  expect([await stored(), staged()]).toEqual([2_047, 0]);
});

test("nor do 32 MiB of them", async () => {
  const { add, stored } = openBatch();
  const part = 8 * 1024 * 1024;
  await add(3, part);
  await add(1, part - 8);
  expect(await stored()).toBe(0);
  // Counted from nothing afterwards.
  await add(1, 8);
  expect(await stored()).toBe(5);
  await add(1, part);
  expect(await stored()).toBe(5);
});

test("none does for more than five seconds, as long as others come", async () => {
  const { add, stored } = openBatch();
  now += 5_000;
  await add(1);
  expect(await stored()).toBe(0);
  now += 1;
  await add(1);
  expect(await stored()).toBe(2);
  now += 5_000;
  await add(1);
  expect(await stored()).toBe(2);
  now += 1;
  await add(1);
  expect(await stored()).toBe(4);
});

test("a single one has its name when the batch is closed", async () => {
  const { add, stored, close } = openBatch();
  await add(1);
  expect(await stored()).toBe(0);
  await close();
  expect(await stored()).toBe(1);
});
