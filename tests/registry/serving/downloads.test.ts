/** Download counts, and what else state.db remembers for a server. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { openAccounts } from "../../../src/accounts/mod.ts";
import { openDownloads } from "../../../src/registry/serving/downloads.ts";
import { openState, readState } from "../../../src/registry/state.ts";
import { tempDirectory } from "../../support/temp.ts";

const statePath = () => join(tempDirectory("state"), "data", "state.db");

describe("downloads", () => {
  test("are counted in memory, written in one go, and read again", () => {
    const path = statePath();
    const first = openDownloads(path);
    for (let i = 0; i < 5; i++) first.count("a/b", "1.0.0");
    first.count("a/b", "1.1.0");
    first.count("c/d", "1.0.0");
    expect([first.of("a/b"), first.of("c/d"), first.of("e/f"), first.total()]).toEqual([
      6, 1, 0, 7,
    ]);
    expect(existsSync(path)).toBe(false);
    expect(first.flush()).toBeUndefined();
    expect(first.of("a/b")).toBe(6);
    first.count("a/b", "1.0.0");
    expect([first.of("a/b"), first.total()]).toEqual([7, 8]);
    first.close();
    // A request that was under way when the server was told to stop.
    first.count("a/b", "1.0.0");
    const second = openDownloads(path);
    expect([second.of("a/b"), second.total()]).toEqual([8, 9]);
  });

  test("of two servers add up", () => {
    const path = statePath();
    const servers = [openDownloads(path), openDownloads(path)];
    for (const server of servers) server.count("a/b", "1.0.0");
    expect(servers.map((server) => server.of("a/b"))).toEqual([1, 1]);
    for (const server of servers) server.flush();
    expect(servers.map((server) => server.of("a/b"))).toEqual([2, 2]);
    servers[0]!.count("a/b", "1.0.0");
    servers[0]!.flush();
    expect(servers[0]!.of("a/b")).toBe(3);
  });

  test("are kept for later while they cannot be written", () => {
    const path = statePath();
    mkdirSync(path, { recursive: true });
    const downloads = openDownloads(path);
    downloads.count("a/b", "1.0.0");
    expect(downloads.flush()).toBeString();
    rmdirSync(path);
    expect(downloads.flush()).toBeUndefined();
    expect(readState(path)?.downloads().get("a/b")).toBe(1);
  });
});

describe("state.db", () => {
  test("that only tokens are in says nothing, and takes everything", () => {
    const path = statePath();
    const accounts = openAccounts(path);
    const token = accounts.create({ name: "ci", scopes: ["read"] });
    const reader = readState(path)!;
    expect([reader.syncs(), reader.selections(), reader.autoSync()]).toEqual([[], [], undefined]);
    expect(reader.downloads().size).toBe(0);
    reader.close();
    const writer = openState(path);
    writer.recordSync("up", new Date(0), undefined);
    writer.close();
    expect(readState(path)?.syncs()).toHaveLength(1);
    expect(accounts.find(token)?.name).toBe("ci");
  });

  test("counts what failed of a source since it worked last", () => {
    const state = openState(statePath());
    state.recordSync("up", new Date(0), "no answer");
    expect(state.syncs()).toMatchObject([{ failures: 1, okAt: null }]);
    state.recordSync("up", new Date(0), "no answer");
    expect(state.syncs()).toMatchObject([{ failures: 2 }]);
    state.recordSync("up", new Date(0), undefined);
    expect(state.syncs()).toMatchObject([{ failures: 0, okAt: "1970-01-01T00:00:00.000Z" }]);
    state.recordSync("new", new Date(0), "no answer");
    expect(state.syncs().map(({ failures }) => failures)).toEqual([0, 1]);
  });
});
