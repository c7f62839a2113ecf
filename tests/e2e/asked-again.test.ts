/** What a server answers from memory: the same as before, for as long as that is right, and not longer. */
import { expect, test } from "bun:test";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { body } from "../support/knitpkg.ts";
import { startKnitPkg } from "../support/knitpkg-server.ts";
import type { SampleEntry } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

const MODULE = "moonbitlang/x";
const TIMES = 4;

/** Some versions of one module, stored and served; all that is asked for is asked for again. */
async function createServer() {
  const world = await createWorld();
  const { dir } = world;
  const entries = ofModules(world.entries, MODULE).slice(0, 2);
  await world.publish(entries);
  await succeed(["mirror", MODULE, "--strict"], { cwd: dir });
  const server = await serve(dir);
  const ask = (path: string, init: RequestInit = {}) => fetch(server.url + path, init);
  const statuses = async (path: string) =>
    await Promise.all(Array.from({ length: TIMES }, async () => (await ask(path)).status));
  return {
    world,
    server,
    dir,
    entries: entries as [SampleEntry, SampleEntry],
    path: `/user/${encodeURIComponent(`${MODULE}/${entries[0]!.version}`)}.zip`,
    ask,
    statuses,
    json: async (path: string) => (await (await ask(path)).json()) as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      await server.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}

const headersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name !== "date"));

const all = (status: number) => Array.from({ length: TIMES }, () => status);

test("an archive is the same each time, and each time is counted", async () => {
  await using each = await createServer();
  const { path, ask, world, server } = each;
  const [entry] = each.entries;
  const archive = Buffer.from(world.archive(MODULE, entry.version)!);
  const headers = {
    "accept-ranges": "bytes",
    "cache-control": "public, max-age=31536000, immutable",
    "content-length": String(archive.length),
    "content-type": "application/zip",
    etag: `"${entry.checksum}"`,
    "x-content-type-options": "nosniff",
  };
  for (let i = 0; i < TIMES; i++) {
    const response = await ask(path);
    expect(response.status).toBe(200);
    expect(headersOf(response)).toEqual(headers);
    expect(archive.equals(await response.bytes())).toBe(true);

    const head = await ask(path, { method: "HEAD" });
    expect(headersOf(head)).toEqual(headers);
    const part = await ask(path, { headers: { range: "bytes=2-4" } });
    expect([part.status, part.headers.get("content-length")]).toEqual([206, "3"]);
    expect(archive.subarray(2, 5).equals(await part.bytes())).toBe(true);
    const known = await ask(path, { headers: { "if-none-match": headers.etag } });
    expect(known.status).toBe(304);
    const other = await ask(path, { headers: { "if-none-match": '"other"' } });
    expect(archive.equals(await other.bytes())).toBe(true);
  }
  expect(await each.json(`/api/v0/modules/${MODULE}`)).toMatchObject({ downloads: 2 * TIMES });
  await server.stop();
  const lines = server.log().split("\n");
  const logged = lines.filter((line) => line.includes(` GET ${path} 200 `));
  expect(logged).toHaveLength(2 * TIMES);
  expect(new Set(logged.map((line) => line.split(" ")[5]))).toHaveProperty("size", 1);
}, 20_000);

test("what is in memory is given out no longer than the settings allow it", async () => {
  await using each = await createServer();
  const { path, dir, statuses, json } = each;
  const about = `/api/v0/modules/${MODULE}`;
  // Settings are looked at some times a second.
  const becomes = async (status: number) => {
    while ((await each.ask(path)).status !== status) await Bun.sleep(5);
    expect(await statuses(path)).toEqual(all(status));
  };
  await becomes(200);
  const [first, second] = each.entries;
  expect(await json(about)).toMatchObject({ latest_version: second.version });
  await succeed(["config", "policy.block", `${MODULE}@${second.version}`], { cwd: dir });
  expect(await json(about)).toMatchObject({ latest_version: first.version });
  await becomes(200);
  // By hand, which leaves the index as it is until the next sync.
  const settings = readFileSync(join(dir, "registry.toml"), "utf8");
  const blocking = settings.replace(/^block = .*$/m, `block = ["${MODULE}"]`);
  writeFileSync(join(dir, "registry.toml"), blocking);
  await becomes(403);
  writeFileSync(join(dir, "registry.toml"), settings);
  await becomes(200);
  await succeed(["config", "server.require_read_token", "true"], { cwd: dir });
  await becomes(401);
  expect(await statuses(about)).toEqual(all(401));
  await succeed(["config", "server.require_read_token", "false"], { cwd: dir });
  await becomes(200);
}, 20_000);

test("what is in memory is not given out while the registry is gone", async () => {
  await using each = await createServer();
  const { path, dir, statuses } = each;
  const about = `/api/v0/modules/${MODULE}`;
  const [data, away] = [join(dir, "data"), join(dir, "away")];
  for (let i = 0; i < 2; i++) {
    expect(await statuses(path)).toEqual(all(200));
    expect(await statuses(about)).toEqual(all(200));
    renameSync(data, away);
    expect(await statuses(path)).toEqual(all(503));
    expect(await statuses(about)).toEqual(all(503));
    renameSync(away, data);
  }
}, 20_000);

test("an archive in memory is what it was, also when its file is spoilt", async () => {
  await using each = await createServer();
  const { path, dir, entries, statuses } = each;
  const file = (entry: SampleEntry) =>
    join(dir, "data", "packages", "sha256", entry.checksum.slice(0, 2), `${entry.checksum}.zip`);
  expect(await statuses(path)).toEqual(all(200));
  for (const entry of entries) writeFileSync(file(entry), "spoilt");
  expect(await statuses(path)).toEqual(all(200));
  expect(await statuses(`/user/${MODULE}/${entries[1].version}.zip`)).toEqual(all(502));
}, 20_000);

test("answers about modules tell what is so now: downloads, and what a sync has brought", async () => {
  await using each = await createServer();
  const { world, dir, path, ask, json } = each;
  const search = async () => (await (await ask("/api/v0/search?q=x")).json()) as object[];
  const about = `/api/v0/modules/${MODULE}`;
  for (let downloads = 0; downloads < TIMES; downloads++) {
    for (let i = 0; i < 2; i++) {
      expect(await json(about)).toMatchObject({ downloads });
      expect(await search()).toMatchObject([{ name: MODULE, downloads }]);
      expect(await json("/api/v0/modules/statistics")).toMatchObject({
        total_versions: 2,
        total_downloads: downloads,
      });
    }
    await (await ask(path)).bytes();
  }
  const resolve = `/v1/project/moonbit/${MODULE}/*/resolve`;
  for (const question of [about, resolve]) await each.statuses(question);
  await search();
  const versions = ofModules(world.entries, MODULE);
  await world.publish(versions);
  await succeed(["sync"], { cwd: dir });
  const latest = versions.at(-1)!.version;
  for (let i = 0; i < 2; i++) {
    expect(await json(about)).toMatchObject({ latest_version: latest });
    expect(await json(resolve)).toMatchObject({
      resolved_version: latest,
    });
    expect(await search()).toMatchObject([{ name: MODULE, version: latest }]);
  }
}, 20_000);

test("projects are resolved as they are now, and as far as who asks may see them", async () => {
  await using server = await startKnitPkg();
  const [ann, bob] = ["ann", "bob"].map((name) => server.token(name, "publish:*")) as [
    string,
    string,
  ];
  const register = async (changes: Record<string, unknown>) =>
    await server.ask("POST", "/v1/project/register", { token: ann, body: body(changes) });
  const ask = async (path: string, token?: string) => {
    const answers = [];
    for (let i = 0; i < TIMES; i++) {
      answers.push(await server.ask("GET", path, token === undefined ? {} : { token }));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    return answers[0]!;
  };
  const resolve = "/v1/project/mql5/acme/core/*/resolve";
  expect((await ask(resolve)).status).toBe(404);
  for (const version of ["1.0.0", "1.1.0"]) {
    await register({ version });
    expect((await ask(resolve)).json).toMatchObject({ resolved_version: version });
  }
  await server.ask("POST", "/v1/project/mql5/acme/core/1.1.0/yank", { token: ann });
  expect((await ask(resolve)).json).toMatchObject({ resolved_version: "1.0.0" });

  await register({ name: "secret", is_private: true });
  const secret = "/v1/project/mql5/acme/secret/*/resolve";
  for (let i = 0; i < 2; i++) {
    expect((await ask(secret, ann)).status).toBe(200);
    expect((await ask(secret)).status).toBe(404);
    expect((await ask(secret, bob)).status).toBe(404);
    expect((await ask("/v1/search/mql5")).json).toMatchObject({ total_results: 1 });
    expect((await ask("/v1/search/mql5", ann)).json).toMatchObject({ total_results: 2 });
  }
  expect((await ask(resolve, "wrong")).status).toBe(401);
});
