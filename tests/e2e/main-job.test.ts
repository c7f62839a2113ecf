/** init, source, mirror, serve: for a client that knows nothing of this program. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { serve, succeed } from "../support/executable.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules } from "../support/world.ts";

const sha256 = (data: ArrayBuffer) => Bun.SHA256.hash(data, "hex");

test.if(hasGit)(
  "what is mirrored is cloned, pulled and fetched, without git or a PATH here",
  async () => {
    await using world = await createWorld();
    const { dir, entries } = world;
    const older = entries.filter(({ module }) => module !== "moonbitlang/async");
    await world.publish(older);
    await succeed(["mirror", "moonbitlang/*"], { cwd: dir });
    await using server = await serve(dir);

    const clone = join(tempDirectory(), "index");
    await git([
      "clone",
      "-q",
      "--depth",
      "1",
      "--single-branch",
      "--no-tags",
      server.indexUrl,
      clone,
    ]);
    expect(await git(["-C", clone, "ls-files", "user/moonbitlang/async.index"])).toBe("");
    const x = await Bun.file(join(clone, "user/moonbitlang/x.index")).text();
    const lines = ofModules(entries, "moonbitlang/x").map(({ line }) => `${line}\n`);
    expect(x).toBe(lines.join(""));

    for (const { version, checksum } of ofModules(entries, "moonbitlang/x").slice(-3)) {
      const path = encodeURIComponent(`moonbitlang/x/${version}`);
      const response = await fetch(`${server.url}/user/${path}.zip`);
      expect(response.status).toBe(200);
      expect(sha256(await response.arrayBuffer())).toBe(checksum);
    }

    // The running server shows what comes with a sync, and the shallow clone fast-forwards to it.
    await world.publish(entries);
    await succeed(["sync"], { cwd: dir });
    await git(["-C", clone, "pull", "-q", "--ff-only", "origin", "main"]);
    expect(await git(["-C", clone, "ls-files", "user/moonbitlang/async.index"])).not.toBe("");
    for (const repository of [clone, join(dir, "data", "index")]) {
      expect(await tryGit(["-C", repository, "fsck", "--strict", "--no-dangling"])).toMatchObject({
        code: 0,
        stderr: "",
      });
    }
    expect(await server.stop()).toBe(0);
  },
);

test("an archive is served as files are: by either path, in parts, and not twice", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await using server = await serve(dir, ["--offline"]);
  const [entry] = ofModules(entries, "illusory0x0/🐫");
  const { module, version, checksum } = entry!;
  const whole = Buffer.from(world.archive(module, version)!);
  const url = `${server.url}/user/${encodeURIComponent(`${module}/${version}`)}.zip`;

  const response = await fetch(url);
  expect(Buffer.from(await response.arrayBuffer()).equals(whole)).toBe(true);
  expect(response.headers.get("etag")).toBe(`"${checksum}"`);
  expect(response.headers.get("cache-control")).toContain("immutable");
  const plain = await fetch(`${server.url}/user/${module}/${version}.zip`);
  expect(Buffer.from(await plain.arrayBuffer()).equals(whole)).toBe(true);

  const head = await fetch(url, { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.headers.get("content-length")).toBe(String(whole.length));
  expect(await head.text()).toBe("");
  const part = await fetch(url, { headers: { range: "bytes=10-19" } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(10, 20))).toBe(true);
  const again = await fetch(url, { headers: { "if-none-match": `"${checksum}"` } });
  expect(again.status).toBe(304);

  // Offline, what is not stored is not there.
  const other = ofModules(entries, "moonbitlang/x")[0]!;
  const missing = await fetch(`${server.url}/user/moonbitlang/x/${other.version}.zip`);
  expect(missing.status).toBe(404);
  expect(await missing.json()).toMatchObject({ error: { code: "not-found" } });
});

test("what is listed and not stored is fetched from its source, once, and kept", async () => {
  await using world = await createWorld();
  const { dir, entries, upstream } = world;
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await using server = await serve(dir);
  upstream.forgetRequests();
  const { module, version, checksum } = ofModules(entries, "moonbitlang/x").at(-1)!;
  const url = `${server.url}/user/${module}/${version}.zip`;
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url)));
  for (const answer of answers) expect(sha256(await answer.arrayBuffer())).toBe(checksum);
  expect(upstream.archiveRequests()).toHaveLength(1);
});

test("symbols and the state of the server are there for who asks", async () => {
  const symbols = new TextEncoder().encode("symbols");
  await using world = await createWorld({ symbols });
  await succeed(["mirror", "illusory0x0/*"], { cwd: world.dir });
  await using server = await serve(world.dir);
  const response = await fetch(`${server.url}/symbols.zip`);
  expect(await response.text()).toBe("symbols");
  const etag = response.headers.get("etag")!;
  const again = await fetch(`${server.url}/symbols.zip`, { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
  expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ status: "ok" });
  expect(await (await fetch(`${server.url}/ready`)).json()).toMatchObject({ status: "ok" });
  expect(await (await fetch(`${server.url}/`)).text()).toContain("MOONCAKES_REGISTRY");
  const nothing = await fetch(`${server.url}/nothing`);
  expect(nothing.status).toBe(404);
  expect(await nothing.json()).toMatchObject({ error: { code: "not-found" } });
});

test("told to stop, a server ends what it is sending and takes nothing new", async () => {
  const big = 30_000_000;
  await using world = await createWorld({
    sizeOf: (entry) => (entry.module === "illusory0x0/🐫" ? big : 0),
  });
  await succeed(["mirror", "illusory0x0/🐫", "--strict"], { cwd: world.dir });
  await using server = await serve(world.dir);
  const { module, version, checksum } = ofModules(world.entries, "illusory0x0/🐫").at(-1)!;
  const body = (await fetch(`${server.url}/user/${module}/${version}.zip`)).body!.getReader();
  const hash = new Bun.CryptoHasher("sha256").update((await body.read()).value!);
  const stopped = server.stop();
  for (let next = await body.read(); !next.done; next = await body.read()) hash.update(next.value);
  expect(hash.digest("hex")).toBe(checksum);
  expect(await stopped).toBe(0);
  await expect(fetch(server.url)).rejects.toThrow();
});
