import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cleanTemporary, openArchiveStore } from "../../src/archives/mod.ts";
import { SELF, temporaryName, type Writer } from "../../src/archives/temporary.ts";
import { tempDirectory } from "../support/temp.ts";

/** A directory with a file that was being written; and whether it is still there. */
function leave(name: string, { hoursOld = 0 } = {}) {
  const root = tempDirectory();
  mkdirSync(join(root, "tmp"));
  const path = join(root, "tmp", name);
  writeFileSync(path, "half");
  const changed = Date.now() / 1000 - hoursOld * 3600;
  utimesSync(path, changed, changed);
  return { root, isThere: () => existsSync(path) };
}

async function deadPid(): Promise<number> {
  const child = Bun.spawn([process.execPath, "-e", ""]);
  await child.exited;
  return child.pid;
}

test("no two names are the same, and all are lower-case ASCII", () => {
  const names = Array.from({ length: 100 }, () => temporaryName());
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^[0-9a-z-]+$/);
});

test("a dead process's file is removed", async () => {
  const { root, isThere } = leave(temporaryName({ ...SELF, pid: await deadPid() }));
  expect(await cleanTemporary(root)).toBe(1);
  expect(isThere()).toBe(false);
});

test("an earlier run's file is removed though it had this process's id, as in a container", async () => {
  const earlier = temporaryName({ ...SELF, run: "earlier" });
  const { root, isThere } = leave(earlier);
  expect(await cleanTemporary(root)).toBe(1);
  expect(isThere()).toBe(false);
});

const LIVING: [string, Writer][] = [
  ["this process's", SELF],
  ["another living process's", { ...SELF, pid: process.ppid }],
  ["another host's", { ...SELF, host: "00000000", pid: 2 ** 22 + 1 }],
];

test.each(LIVING)("%s file is left alone", async (_, writer) => {
  const { root, isThere } = leave(temporaryName(writer), { hoursOld: 23 });
  expect(await cleanTemporary(root)).toBe(0);
  expect(isThere()).toBe(true);
});

test.each(LIVING.slice(1))("%s file is removed when it is over a day old", async (_, writer) => {
  const { root } = leave(temporaryName(writer), { hoursOld: 25 });
  expect(await cleanTemporary(root)).toBe(1);
});

test("this process's file is left alone however old it is", async () => {
  const { root } = leave(temporaryName(SELF), { hoursOld: 1000 });
  expect(await cleanTemporary(root)).toBe(0);
});

test("a file of unknown origin is removed when it is over a day old", async () => {
  expect(await cleanTemporary(leave("notes.txt").root)).toBe(0);
  expect(await cleanTemporary(leave("notes.txt", { hoursOld: 25 }).root)).toBe(1);
});

test("without a directory there is nothing to do, and none is made", async () => {
  const root = join(tempDirectory(), "nothing");
  expect(await cleanTemporary(root)).toBe(0);
  expect(existsSync(root)).toBe(false);
});

test("a put under way survives another writer's cleaning", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const body = async function* () {
    yield new Uint8Array(10);
    expect(readdirSync(join(root, "tmp"))).toHaveLength(1);
    expect(await cleanTemporary(root)).toBe(0);
    yield new Uint8Array(10);
  };
  const { sha256 } = await store.put(body());
  expect(store.size(sha256)).toBe(20);
});
