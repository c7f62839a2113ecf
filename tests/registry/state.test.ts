/** What a registry remembers, after crashes. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { chownSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openAccounts } from "../../src/accounts/mod.ts";
import { openState, readingState, readState, withState } from "../../src/registry/state.ts";
import { tempDirectory } from "../support/temp.ts";

test("what a killed writer left half done is undone by the next reader", async () => {
  const path = join(tempDirectory(), "state.db");
  const state = openState(path);
  state.recordSync("up", new Date(0), undefined);
  state.close();
  // A transaction that has reached the file, and whose end never comes.
  const script = `
    import { Database } from "bun:sqlite";
    const db = new Database(${JSON.stringify(path)});
    db.exec("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN");
    db.exec("UPDATE source_sync SET error = 'half done'");
    const add = db.query("INSERT INTO mirrored (selection) VALUES (?)");
    for (let i = 0; i < 2000; i++) add.run(i + "x".repeat(500));
    process.kill(process.pid, "SIGKILL");
  `;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "inherit" });
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  expect(await Bun.file(`${path}-journal`).exists()).toBe(true);
  const read = readState(path)!;
  expect(read.syncs()).toMatchObject([{ source: "up", error: null }]);
  expect(read.selections()).toEqual([]);
  read.close();
});

test("opening what is there writes nothing", () => {
  const path = join(tempDirectory(), "state.db");
  openState(path).close();
  const before = readFileSync(path);
  openState(path).close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("there is nothing to read before anything was written", () => {
  expect(readState(join(tempDirectory(), "state.db"))).toBeUndefined();
});

test("downloads and what is stored are noted by day", () => {
  const path = join(tempDirectory(), "state.db");
  const state = openState(path);
  const at = (day: string) => new Date(`${day}T23:59:59Z`);
  const one = { module: "a/b", version: "1.0.0", count: 2 };
  state.addDownloads([one, { ...one, version: "1.1.0" }], at("2026-11-20"));
  state.recordStored(100, at("2026-11-20"));
  state.recordStored(300, at("2026-11-20"));
  state.addDownloads([one], at("2026-11-21"));
  expect(state.days(10)).toEqual([
    { day: "2026-11-20", downloads: 4, bytes: 300 },
    { day: "2026-11-21", downloads: 2, bytes: null },
  ]);
  expect(state.days(1)).toEqual([{ day: "2026-11-21", downloads: 2, bytes: null }]);
  expect(state.downloads()).toEqual(new Map([["a/b", 6]]));
  state.close();
});

test("a damaged file is told of, with the way out", () => {
  const path = join(tempDirectory(), "state.db");
  writeFileSync(path, "this is no database, whatever its name is".repeat(100));
  expect(() => openState(path)).toThrow(/state\.db is damaged/);
});

test("a file that another program holds is told of as that, and waited for no longer than is said", () => {
  const path = join(tempDirectory(), "state.db");
  openState(path).close();
  using other = new Database(path);
  other.exec("BEGIN EXCLUSIVE");
  const held = expect.objectContaining({
    code: "io",
    message: expect.stringMatching(/state\.db: another program holds it/),
  });
  const started = performance.now();
  expect(() => readingState(path, (state) => state?.syncs(), 10)).toThrow(held);
  expect(() => withState(path, (state) => state.syncs(), 10)).toThrow(held);
  expect(performance.now() - started).toBeLessThan(2_500);
});

test.skipIf(process.getuid?.() !== 0)("what root makes is for the directory's owner", () => {
  for (const make of [
    (path: string) => openState(path).close(),
    (path: string) => openAccounts(path).create({ name: "ci", scopes: ["read"] }),
  ]) {
    const dir = tempDirectory();
    chownSync(dir, 12_345, 54_321);
    make(join(dir, "state.db"));
    expect(readdirSync(dir)).toEqual(["state.db"]);
    expect(statSync(join(dir, "state.db")).uid).toBe(12_345);
  }
});
