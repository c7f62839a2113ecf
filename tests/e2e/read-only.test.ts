/** Media that cannot be written, and media that are pulled out. */
import { expect, test } from "bun:test";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { copyTree, createFatImage, fatDriver } from "../support/fat.ts";
import { git, hasGit } from "../support/git.ts";
import { writeModule } from "../support/module.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, initWithSource, ofModules, type World } from "../support/world.ts";

const sha256 = (data: ArrayBuffer) => Bun.SHA256.hash(data, "hex");
const SMALL = "illusory0x0/*";

/** Every file below a directory with what tells that it was written. */
function traces(dir: string): string[] {
  return readdirSync(dir, { recursive: true })
    .map((name) => {
      const { size, mtimeMs, ino } = statSync(join(dir, String(name)));
      return `${name} ${size} ${mtimeMs} ${ino}`;
    })
    .sort();
}

/** Clones the index, fetches what was mirrored, and finds that what was not is not listed. */
async function expectServed(world: World, url: string): Promise<void> {
  const clone = join(tempDirectory(), "index");
  await git(["clone", "-q", "--depth", "1", `${url}/git/index`, clone]);
  expect(await git(["-C", clone, "ls-files", "user/moonbitlang"])).toBe("");
  expect(await git(["-C", clone, "ls-files", "user/illusory0x0"])).not.toBe("");
  const { module, version, checksum } = ofModules(world.entries, "illusory0x0/🐫").at(-1)!;
  const archive = await fetch(`${url}/user/${encodeURIComponent(`${module}/${version}`)}.zip`);
  expect(sha256(await archive.arrayBuffer())).toBe(checksum);
}

/** An operator is offered what the server does, to verify, and nothing that it refuses. */
async function expectOperated(url: string, token: string): Promise<void> {
  const post = (path: string, fields: Record<string, string>, cookie = "") =>
    fetch(`${url}/operate/${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: url, cookie },
      body: new URLSearchParams(fields),
    });
  const cookie = (await post("sign-in", { token })).headers.get("set-cookie")!.split(";")[0]!;
  const page = await (await fetch(`${url}/operate`, { headers: { cookie } })).text();
  expect(page).toContain("This registry is read-only");
  const buttons = [...page.matchAll(/<button([^>]*)>([^<]+)/g)].map(
    ([, attributes, label]) => [label!, !attributes!.includes("disabled")] as const,
  );
  expect(Object.fromEntries(buttons)).toMatchObject({
    "Sync now": false,
    Verify: true,
    Yank: false,
    "Undo a yank": false,
    "Sign out": true,
  });
  const proof = /name="proof" value="([0-9a-f]+)"/.exec(page)![1]!;
  for (const path of ["sync", "yank"])
    expect((await post(path, { proof, target: "a/b@1.0.0", do: "yank" }, cookie)).status).toBe(403);
  expect((await post("verify", { proof }, cookie)).status).toBe(303);
  // Its stream ends with it.
  const events = await fetch(`${url}/operate/events`, { headers: { cookie } });
  expect(await events.text()).toContain("event: end");
  const after = await (await fetch(`${url}/operate`, { headers: { cookie } })).text();
  expect(after).toContain("Everything is whole");
}

test.if(hasGit)("--read-only serves what is stored, asks nobody and writes nothing", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["mirror", SMALL, "--strict"], { cwd: dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  const made = await succeed(["token", "create", "ops", "--scope", "admin", "--json"], {
    cwd: dir,
  });
  const before = traces(dir);
  world.upstream.forgetRequests();
  await using server = await serve(dir, ["--read-only"]);
  await expectServed(world, server.url);
  const other = ofModules(world.entries, "moonbitlang/x")[0]!;
  const missing = await fetch(`${server.url}/user/moonbitlang/x/${other.version}.zip`);
  expect(missing.status).toBe(404);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const refused = await fetch(`${server.url}/api/v0/publish`, { method });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { code: "forbidden" } });
  }
  // Of the kind that a provider's guests have, who are looked up in another table.
  const headers = { authorization: `Bearer mbs_${"A".repeat(43)}` };
  expect((await fetch(`${server.url}/v1/project/mql5/a/b`, { headers })).status).toBe(401);
  const signIn = await fetch(`${server.url}/operate/sign-in`, {
    method: "POST",
    headers: { origin: server.url },
    body: new URLSearchParams({ token: "wrong" }),
  });
  expect([signIn.status, await signIn.text()]).toEqual([401, expect.stringContaining("not valid")]);
  await expectOperated(server.url, JSON.parse(made).token);
  await server.stop();
  expect(traces(dir)).toEqual(before);
  expect(world.upstream.archiveRequests()).toEqual([]);
});

test.if(hasGit && process.platform !== "win32")(
  "a directory that cannot be written is found out, and served as it is",
  async () => {
    await using world = await createWorld();
    const { dir } = world;
    await succeed(["mirror", SMALL, "--strict"], { cwd: dir });
    const before = traces(dir);
    await using _ = await forbidWrites(dir);
    await using server = await serve(dir);
    await expectServed(world, server.url);
    // The state is read where SQLite cannot make a file of its own.
    const status = JSON.parse(await succeed(["status", "--json"], { cwd: dir }));
    expect(status.sources[0].lastSync).not.toBeNull();
    const refused = await execute(["sync"], { cwd: dir });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("cannot write to");
    expect(refused.stderr).toContain("read-only");
    const published = await execute(["publish", writeModule()], { cwd: dir });
    expect(published.stderr).toContain(`error: ${dir}: `);
    expect(status.readOnly).toBe(true);
    expect(await succeed(["status"], { cwd: dir })).toContain("/data (read-only)\n");
    for (const args of [["gc"], ["gc", "--keep-latest", "1"], ["mirror", SMALL, "--offline"]]) {
      await succeed([...args, "--dry-run"], { cwd: dir });
    }
    await server.stop();
    expect(traces(dir)).toEqual(before);
  },
);

/** By a read-only mount for root, to whom permissions mean nothing; else by permissions. */
async function forbidWrites(dir: string): Promise<AsyncDisposable> {
  if (process.getuid?.() !== 0) {
    chmodSync(join(dir, "data"), 0o555);
    return { [Symbol.asyncDispose]: async () => chmodSync(join(dir, "data"), 0o755) };
  }
  await Bun.$`mount --bind ${dir} ${dir} && mount -o remount,ro,bind ${dir}`.quiet();
  return {
    async [Symbol.asyncDispose]() {
      await Bun.$`umount ${dir}`.quiet();
    },
  };
}

test.if(hasGit)("a medium pulled while it is served is told of, and served again", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["mirror", SMALL, "--strict"], { cwd: dir });
  await using server = await serve(dir, ["--read-only"]);
  await expectServed(world, server.url);
  renameSync(join(dir, "data"), join(dir, "pulled"));
  const paths = ["/ready", "/git/index/info/refs?service=git-upload-pack", "/symbols.zip"];
  const version = ofModules(world.entries, "illusory0x0/🐫").at(-1)!.version;
  for (const path of [...paths, `/user/illusory0x0%2F🐫%2F${version}.zip`]) {
    const answer = await fetch(`${server.url}${path}`);
    expect({ path, status: answer.status }).toEqual({ path, status: 503 });
    expect(await answer.json()).toMatchObject({ error: { code: "io" } });
  }
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  renameSync(join(dir, "pulled"), join(dir, "data"));
  await expectServed(world, server.url);
  expect(await server.stop()).toBe(0);
});

test.if(hasGit && fatDriver !== undefined)(
  "FAT32 is filled, unmounted, mounted read-only and served",
  async () => {
    await using stick = await createFatImage(64);
    await using world = await createWorld();
    const onStick = join(stick.dir, "reg");
    const dir = stick.driver === "kernel" ? onStick : join(tempDirectory(), "reg");
    mkdirSync(dir);
    await initWithSource(dir, world.upstream.url);
    await succeed(["mirror", SMALL, "--strict"], { cwd: dir });
    // On FAT as anywhere: again is no more work, and no lock is left.
    await succeed(["sync"], { cwd: dir });
    expect(readdirSync(join(dir, "data"))).not.toContain("lock.json");
    if (dir !== onStick) copyTree(dir, onStick);
    await stick.unmount();
    await stick.mount("ro");
    const before = traces(onStick);
    await using server = await serve(onStick);
    await expectServed(world, server.url);
    await server.stop();
    expect(traces(onStick)).toEqual(before);

    // A copy to another disk and back is the same registry.
    const copy = join(tempDirectory(), "copy");
    cpSync(onStick, copy, { recursive: true });
    await using copied = await serve(copy, ["--offline"]);
    await expectServed(world, copied.url);
  },
);

test.if(process.platform === "linux")(
  "until it is ready a server reads little of its medium, however much is stored",
  async () => {
    await using world = await createWorld({ sizeOf: () => 20_000 });
    const { dir } = world;
    await succeed(["mirror", "*/*"], { cwd: dir });
    await using server = await serve(dir, ["--read-only"]);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    const io = readFileSync(`/proc/${server.pid}/io`, "utf8");
    // All that it asked to read from any file, sockets and its settings included.
    expect(Number(/^rchar: (\d+)/.exec(io)?.[1])).toBeLessThan(100_000);
  },
);
