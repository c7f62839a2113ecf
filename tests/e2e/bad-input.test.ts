/** What goes wrong at a user's hands: each time a line or two that names the thing and the next step. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, start, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

async function registry(): Promise<string> {
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

/** Runs something that must fail, in few words and without a stack. */
async function fail(cwd: string, args: readonly string[]) {
  const { code, stdout, stderr } = await execute(args, { cwd });
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(3);
  return { code, stdout, stderr };
}

test("a directory without a registry", async () => {
  const { code, stderr } = await fail(tempDirectory(), ["status"]);
  expect(code).toBe(1);
  expect(stderr).toContain("registry.toml");
  expect(stderr).toContain("init");
});

test("an unknown command, option or a missing value", async () => {
  const dir = await registry();
  const command = await fail(dir, ["miror"]);
  expect(command.code).toBe(2);
  expect(command.stderr).toContain("mirror");
  const option = await fail(dir, ["mirror", "--ful"]);
  expect(option.code).toBe(2);
  expect(option.stderr).toContain("--full");
  expect((await fail(dir, ["mirror", "-j", "many", "a/*"])).code).toBe(2);
});

test.each([
  ["a key that is not known", "[server]\nprot = 1\n", /registry\.toml:\d+: .*prot/, "port"],
  ["a value of the wrong type", '[server]\nport = "x"\n', /registry\.toml:\d+: .*port/, ""],
  ["what is no TOML", "[server\n", /registry\.toml:\d+: /, ""],
])("a registry.toml with %s", async (_, text, message, hint) => {
  const dir = await registry();
  writeFileSync(join(dir, "registry.toml"), text);
  const { code, stderr } = await fail(dir, ["status"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(message);
  expect(stderr).toContain(hint);
  expect(readFileSync(join(dir, "registry.toml"), "utf8")).toBe(text);
});

test("a registry where one is already", async () => {
  const dir = await registry();
  const before = readFileSync(join(dir, "registry.toml"), "utf8");
  expect((await fail(dir, ["init", "."])).code).toBe(1);
  expect(readFileSync(join(dir, "registry.toml"), "utf8")).toBe(before);
});

describe("a source", () => {
  test("that nobody answers for", async () => {
    const dir = await registry();
    await succeed(["source", "add", "gone", "--url", "http://127.0.0.1:1"], { cwd: dir });
    const { code, stderr } = await fail(dir, ["mirror", "a/*"]);
    expect(code).toBe(1);
    expect(stderr).toContain("gone");
    expect(stderr).toContain("refused");
  });

  test("whose index is not there", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response("no", { status: 404 }) });
    const dir = await registry();
    await succeed(["source", "add", "bad", "--url", `http://127.0.0.1:${server.port}`], {
      cwd: dir,
    });
    const { code, stderr } = await fail(dir, ["sync"]);
    await server.stop(true);
    expect(code).toBe(1);
    expect(stderr).toMatch(/source bad: .*answered 404/);
    expect(stderr).toContain("index_url");
  });

  test("that answers with a web page", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response("<html>hello</html>") });
    const dir = await registry();
    await succeed(["source", "add", "page", "--url", `http://127.0.0.1:${server.port}`], {
      cwd: dir,
    });
    const { code, stderr } = await fail(dir, ["sync"]);
    await server.stop(true);
    expect(code).toBe(1);
    expect(stderr).toContain("no Git index");
  });

  test("that refuses us, with its variable named", async () => {
    const server = Bun.serve({ port: 0, fetch: () => new Response("", { status: 401 }) });
    const url = `http://127.0.0.1:${server.port}`;
    const dir = await registry();
    await succeed(["source", "add", "partner", "--url", url, "--token-env", "PARTNER_TOKEN"], {
      cwd: dir,
    });
    const missing = await fail(dir, ["sync"]);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("PARTNER_TOKEN");
    const env = { PARTNER_TOKEN: "s3cret" };
    const refused = await execute(["sync"], { cwd: dir, env });
    await server.stop(true);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("source partner refused access (401)");
    expect(refused.stderr).toContain("PARTNER_TOKEN");
    expect(refused.stderr + refused.stdout).not.toContain("s3cret");
  });

  test("that is not there, or disabled", async () => {
    await using world = await createWorld();
    const unknown = await fail(world.dir, ["mirror", "a/*", "-s", "nobody"]);
    expect(unknown.stderr).toContain("nobody");
    expect(unknown.stderr).toContain("up");
    await succeed(["source", "disable", "up"], { cwd: world.dir });
    const disabled = await fail(world.dir, ["mirror", "a/*"]);
    expect(disabled.stderr).toContain("source enable up");
  });
});

test("nothing to mirror", async () => {
  await using world = await createWorld();
  const { code, stderr } = await fail(world.dir, ["mirror"]);
  expect(code).toBe(2);
  expect(stderr).toContain("--full");
});

test("a pattern that matches nothing, alone or beside one that does", async () => {
  await using world = await createWorld();
  const args = ["mirror", "-q", "--strict", "no/such"];
  const { code, stderr } = await fail(world.dir, args);
  expect(code).toBe(1);
  expect(stderr).toContain("no module of source up matches no/such");
  const beside = await execute([...args, "illusory0x0/*"], { cwd: world.dir });
  expect(beside.code).toBe(0);
  expect(beside.stderr).toContain("no/such matches no module");
});

test("a port that is taken", async () => {
  const dir = await registry();
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
  const port = String(taken.port);
  const { code, stderr } = await fail(dir, ["serve", "-p", port]);
  await taken.stop(true);
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
  expect(stderr).toContain("-p");
});

test("a port that another registry is served at", async () => {
  await using first = await serve(await registry());
  const { port } = new URL(first.url);
  const { code, stderr } = await fail(await registry(), ["serve", "-p", port]);
  expect(code).toBe(1);
  expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`);
});

test("two writers at once: the second is told who the first is", async () => {
  await using world = await createWorld({ faults: { latencyMs: 50 } });
  const first = start(["mirror", "--full", "-j", "1"], { cwd: world.dir });
  const lock = join(world.dir, "data", "fetching.json");
  while (!existsSync(lock)) await Bun.sleep(5);
  const { code, stderr } = await fail(world.dir, ["sync"]);
  first.kill("SIGKILL");
  await first.exited;
  expect(code).toBe(1);
  expect(stderr).toContain(`process ${first.pid}`);
  expect(stderr).toContain("mirror");
});

test("Ctrl-C ends a mirror with 130, keeps what arrived, and leaves no lock", async () => {
  await using world = await createWorld({ faults: { latencyMs: 20 } });
  const child = start(["mirror", "--full", "-j", "2", "--json"], { cwd: world.dir });
  const events = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; !/"done":([5-9]|\d\d)/.test(text); ) text += (await events.read()).value;
  child.kill("SIGINT");
  while (!(await events.read()).done);
  expect(await child.exited).toBe(130);
  for (const name of ["lock.json", "fetching.json"]) {
    expect(existsSync(join(world.dir, "data", name))).toBe(false);
  }
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: world.dir }));
  expect(status.stored.archives).toBeGreaterThanOrEqual(5);
  expect(status.stored.versions).toBe(status.stored.archives);
});

test("Ctrl-C ends the wait for a source that does not answer", async () => {
  let asked = () => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const silent = Bun.serve({
    port: 0,
    idleTimeout: 0,
    fetch() {
      asked();
      return new Promise(() => {});
    },
  });
  const dir = await registry();
  const url = `http://127.0.0.1:${silent.port}`;
  await succeed(["source", "add", "silent", "--url", url], { cwd: dir });
  const child = start(["sync"], { cwd: dir });
  await question;
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  await silent.stop(true);
});

test("an unknown archive, a wrong path and a wrong method, over HTTP", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await using server = await serve(world.dir);
  for (const path of ["/user/no/such/1.0.0.zip", "/user/x.zip", "/user/%E0%A4%A", "/nothing"]) {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "not-found" } });
  }
  const post = await fetch(`${server.url}/user/moonbitlang/x/0.1.0.zip`, { method: "POST" });
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("an index that is damaged on disk is a message that names the file", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  const packs = join(world.dir, "data", "index", "objects", "pack");
  for (const file of readdirSync(packs).filter((name) => name.endsWith(".pack"))) {
    const bytes = readFileSync(join(packs, file));
    writeFileSync(join(packs, file), bytes.fill(0x55, 20));
  }
  const { code, stderr } = await fail(world.dir, ["status"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/pack-[0-9a-f]{40}\.pack is damaged/);
});
