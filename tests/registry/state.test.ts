/** What a registry remembers, after crashes. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openState, readState } from "../../src/registry/state.ts";
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

test("there is nothing to read before anything was written", () => {
  expect(readState(join(tempDirectory(), "state.db"))).toBeUndefined();
});
