/** What is listed and not stored is fetched when a client asks for it, and given on as it comes. */
import { expect, test } from "bun:test";
import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { type SampleEntry, withChecksum } from "../support/upstream/mod.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

const MODULE = "illusory0x0/🐫";
const BIG = 20_000_000;

const bigWorld = (): Promise<World> =>
  createWorld({ sizeOf: ({ module }) => (module === MODULE ? BIG : 0) });

const pathOf = ({ module, version }: SampleEntry) => `/user/${module}/${version}.zip`;
const sha256 = (data: ArrayBuffer) => Bun.SHA256.hash(data, "hex");

/** Temporary files of the store: none may be left when nothing is under way. */
const temporaries = (dir: string) => readdirSync(join(dir, "data", "packages", "tmp"));

/** A server that sends a body's first half, and the rest when it is told to. */
function slowServer(body: Uint8Array) {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const half = body.length >> 1;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch(request) {
      if (!request.url.includes("/user/")) return new Response("", { status: 404 });
      asked++;
      const stream = new ReadableStream({
        async start(controller) {
          controller.enqueue(body.slice(0, half));
          await gate.promise;
          controller.enqueue(body.slice(half));
          controller.close();
        },
      });
      return new Response(stream);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    asked: () => asked,
    goOn: gate.resolve,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

test("200 clients at once for one cold archive: one request upstream, 200 identical bodies", async () => {
  await using world = await bigWorld();
  await succeed(["sync"], { cwd: world.dir });
  await using server = await serve(world.dir);
  const entry = ofModules(world.entries, "moonbitlang/x").at(-1)!;
  world.upstream.forgetRequests();
  const clients = Array.from({ length: 200 }, () => fetch(server.url + pathOf(entry)));
  for (const response of await Promise.all(clients)) {
    expect(response.status).toBe(200);
    expect(sha256(await response.arrayBuffer())).toBe(entry.checksum);
  }
  expect(world.upstream.archiveRequests()).toHaveLength(1);
});

test("a big archive reaches its clients while it is still coming in, whenever they came", async () => {
  await using world = await bigWorld();
  const entry = ofModules(world.entries, MODULE)[0]!;
  await using source = slowServer(world.archive(entry.module, entry.version)!);
  await succeed(["config", "sources.up.download_url", source.url], { cwd: world.dir });
  await succeed(["sync"], { cwd: world.dir });
  await using server = await serve(world.dir);

  const first = (await fetch(server.url + pathOf(entry))).body!.getReader();
  const hash = new Bun.CryptoHasher("sha256");
  let got = 0;
  while (got < BIG / 4) {
    const { value } = await first.read();
    hash.update(value!);
    got += value!.length;
  }
  // The source has sent half so far. A second client comes in the middle and begins at the beginning.
  const second = await fetch(server.url + pathOf(entry));
  source.goOn();
  for (let next = await first.read(); !next.done; next = await first.read())
    hash.update(next.value);
  expect(hash.digest("hex")).toBe(entry.checksum);
  expect(sha256(await second.arrayBuffer())).toBe(entry.checksum);
  expect(source.asked()).toBe(1);

  // From the store now, with parts and all.
  const part = await fetch(server.url + pathOf(entry), { headers: { range: "bytes=5-9" } });
  expect(part.status).toBe(206);
  expect(source.asked()).toBe(1);
  expect(temporaries(world.dir)).toEqual([]);
});

test.each([
  ["small", 0],
  ["big", BIG],
])("wrong bytes, %s, are no whole body for anybody, and are not stored", async (_, size) => {
  await using world = await createWorld({ sizeOf: ({ module }) => (module === MODULE ? size : 0) });
  const [entry] = ofModules(world.entries, MODULE);
  const bad = withChecksum(entry!, "0".repeat(64));
  await world.publish(world.entries.map((each) => (each === entry ? bad : each)));
  await succeed(["sync"], { cwd: world.dir });
  await using server = await serve(world.dir);
  let response = await fetch(server.url + pathOf(bad));
  // While it is tried once more, the next client may be given the beginning of a body as well.
  for (; response.status === 200; response = await fetch(server.url + pathOf(bad))) {
    expect(size).toBe(BIG);
    await expect(response.arrayBuffer()).rejects.toThrow();
  }
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ error: { code: "upstream" } });
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: world.dir }));
  expect(status.stored.archives).toBe(0);
});

test("a dead source is told of at once, is not asked by every client, and what is stored is served", async () => {
  await using world = await createWorld();
  await succeed(["mirror", MODULE, "--strict"], { cwd: world.dir });
  await using server = await serve(world.dir);
  await world.upstream.stop();
  const [stored] = ofModules(world.entries, MODULE);
  const missing = ofModules(world.entries, "moonbitlang/x");
  const answers = await Promise.all(missing.map((entry) => fetch(server.url + pathOf(entry))));
  for (const answer of answers) {
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain("source up");
  }
  const started = performance.now();
  expect((await fetch(server.url + pathOf(missing[0]!))).status).toBe(502);
  expect(performance.now() - started).toBeLessThan(1_000);
  expect((await fetch(server.url + pathOf(stored!))).status).toBe(200);
});

test("what the source has not is asked for once in a while only", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await using server = await serve(world.dir);
  const entry = ofModules(world.entries, "moonbitlang/x")[0]!;
  world.upstream.setFaults({
    override: (path) => (path === pathOf(entry) ? { kind: "status", status: 404 } : undefined),
  });
  world.upstream.forgetRequests();
  for (let at = 0; at < 5; at++) {
    expect((await fetch(server.url + pathOf(entry))).status).toBe(502);
  }
  expect(world.upstream.archiveRequests()).toHaveLength(1);
});

test("offline, and without upstream_fallback, no source is ever asked", async () => {
  await using world = await createWorld();
  await succeed(["mirror", MODULE, "--strict"], { cwd: world.dir });
  world.upstream.forgetRequests();
  const entry = ofModules(world.entries, "moonbitlang/x")[0]!;
  const ask = async (args: readonly string[]) => {
    await using server = await serve(world.dir, args);
    expect((await fetch(server.url + pathOf(entry))).status).toBe(404);
    expect((await fetch(`${server.url}/symbols.zip`)).status).toBe(404);
    expect((await fetch(`${server.indexUrl}/info/refs?service=git-upload-pack`)).status).toBe(200);
  };
  await ask(["--offline"]);
  await succeed(["config", "server.upstream_fallback", "false"], { cwd: world.dir });
  await ask([]);
  expect(world.upstream.requests).toHaveLength(0);
});

test("what was fetched on demand is listed offline, without another sync", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["sync"], { cwd: dir });
  const stored = async () => JSON.parse(await succeed(["status", "--json"], { cwd: dir })).stored;
  const [first, second] = ofModules(world.entries, "moonbitlang/x");
  const server = await serve(dir);
  expect((await fetch(server.url + pathOf(first!))).status).toBe(200);
  while ((await stored()).versions === 0) await Bun.sleep(100);
  expect((await fetch(server.url + pathOf(second!))).status).toBe(200);
  // Before it ends, the server lists what it did not come to yet.
  await server.stop();
  expect(await stored()).toMatchObject({ modules: 1, versions: 2, archives: 2 });

  await using offline = await serve(dir, ["--offline"]);
  expect((await fetch(offline.url + pathOf(second!))).status).toBe(200);
  if (hasGit) expect(await git(["-C", join(dir, "data", "index"), "fsck", "--strict"])).toBe("");
});

test("an archive of no bytes, as a power cut may leave it, is fetched again for who asks for it", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  await succeed(["mirror", "li/hello", "--strict"], { cwd: dir });
  const entry = ofModules(entries, "li/hello").at(-1)!;
  const shard = join(dir, "data", "packages", "sha256", entry.checksum.slice(0, 2));
  truncateSync(join(shard, `${entry.checksum}.zip`), 0);
  await using server = await serve(dir);
  const answer = await fetch(server.url + pathOf(entry));
  expect(sha256(await answer.arrayBuffer())).toBe(entry.checksum);
});
