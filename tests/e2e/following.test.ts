/** A server that outlives changes of its settings. */
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, start, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules } from "../support/world.ts";

/** Asks again and again until it is so, or the test's time is over. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
    await Bun.sleep(20);
  }
}

const json = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;

test("a server takes another name and address as soon as the settings say so", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await using server = await serve(dir);
  const set = (key: string, value: string) => succeed(["config", key, value], { cwd: dir });
  const welcome = async () => await (await fetch(server.url)).text();

  await set("registry.name", "renamed");
  await until(welcome, (text) => text.includes(": renamed"));

  await set("server.base_url", "https://registry.example/");
  const path = `${server.url}/api/v0/modules/illusory0x0/${encodeURIComponent("🐫")}`;
  const { archive_url } = await until(
    () => json(path),
    (module) => !String(module.archive_url).startsWith(server.url),
  );
  expect(String(archive_url)).toStartWith("https://registry.example/user/");

  // Not stored: fetched when it is asked for, unless that is not wanted any more.
  const versions = ofModules(entries, "moonbitlang/x").map(({ version }) => version);
  const another = () => fetch(`${server.url}/user/moonbitlang/x/${versions.pop()}.zip`);
  const tip = async () => (await json(`${server.url}/ready`)).index;
  const before = await tip();
  expect((await another()).status).toBe(200);
  await set("server.upstream_fallback", "false");
  await until(another, ({ status }) => status === 404);
  // What clients have cloned goes on.
  expect(await tip()).toBe(before);
  await set("server.upstream_fallback", "true");
  await until(another, ({ status }) => status === 200);
});

test("auto_sync and its interval count at once in a running server", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  const [first, ...rest] = ofModules(entries, "moonbitlang/x");
  await world.publish([first!]);
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
  await using server = await serve(dir);
  const ready = () => json(`${server.url}/ready`) as Promise<{ sync?: { last: string | null } }>;
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  await until(ready, ({ sync }) => typeof sync?.last === "string");

  await world.publish([first!, ...rest]);
  await succeed(["config", "mirror.sync_interval", "1s"], { cwd: dir });
  const { checksum } = rest.at(-1)!;
  const stored = join(dir, "data/packages/sha256", checksum.slice(0, 2), `${checksum}.zip`);
  await until(
    async () => existsSync(stored),
    (there) => there,
  );
}, 20_000);

test("behind a public URL, and for every address, serve and status say where it really listens", async () => {
  const cwd = tempDirectory("behind");
  await succeed(["init", "."], { cwd });
  const said = async (...words: string[]) => {
    const child = start(["serve", "--port", "0", ...words], { cwd });
    const { value } = await child.stdout.getReader().read();
    child.kill("SIGTERM");
    await child.exited;
    return new TextDecoder().decode(value);
  };
  const url = "https://registry.example";
  expect(await said("--host", "0.0.0.0", "--base-url", url)).toMatch(
    /^Serving .* at https:\/\/registry\.example, listening on 0\.0\.0\.0:[1-9]\d*\n/,
  );
  expect(await said("--host", "0.0.0.0")).toMatch(
    /^Serving .* at http:\/\/localhost:(\d+), listening on 0\.0\.0\.0:\1\n/,
  );
  expect(await said()).toMatch(/^Serving .* at http:\/\/127\.0\.0\.1:\d+\n/);
  await succeed(["config", "server.base_url", url], { cwd });
  expect(await succeed(["status"], { cwd })).toMatch(
    /^Serves at: +https:\/\/registry\.example, listening on 127\.0\.0\.1:8080$/m,
  );
});

test("config says which settings a running server does not follow", async () => {
  const cwd = tempDirectory("config");
  await succeed(["init"], { cwd });
  const told = async (key: string, value: string) =>
    (await execute(["config", key, value], { cwd })).stderr;
  expect(await told("server.port", "8081")).toContain("has to be started anew");
  expect(await told("server.base_url", "https://registry.example")).toBe("");
});

test("a replica that has nobody to ask says so, and what it lacks", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["mirror", "moonbitlang/x", "--strict", "--latest", "2"], { cwd: dir });
  const bundle = join(tempDirectory("bundle"), "all.bundle");
  await succeed(["export", bundle], { cwd: dir });
  const replica = tempDirectory("replica");
  await succeed(["init"], { cwd: replica });
  await succeed(["import", bundle], { cwd: replica });

  await using server = await serve(replica);
  expect(server.log()).toContain("no source to fetch what is listed and not stored; --offline");
  const missing = await execute(["get", "moonbitlang/lex"], { cwd: replica });
  expect(missing.stderr).toContain("is listed, but not stored here, and no source has it");

  await using offline = await serve(replica, ["--offline"]);
  expect(offline.log()).not.toContain("no source");
  const versions = (await json(`${offline.url}/api/v0/modules/moonbitlang/x`)).versions as {
    version: string;
  }[];
  expect(versions).toHaveLength(2);
  for (const { version } of versions) {
    expect((await fetch(`${offline.url}/user/moonbitlang/x/${version}.zip`)).status).toBe(200);
  }
});

test("a variable that is not set is told at the start and in the log, and to no client", async () => {
  await using world = await createWorld();
  const { dir, entries, upstream } = world;
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await succeed(["source", "remove", "up"], { cwd: dir });
  const added = ["source", "add", "up", "--url", upstream.url, "--token-env", "TEAM_TOKEN"];
  await succeed(added, { cwd: dir });
  await succeed(["sync"], { cwd: dir, env: { TEAM_TOKEN: "t0ken" } });

  await using server = await serve(dir);
  expect(server.log()).toContain("TEAM_TOKEN is not set, and source up cannot be asked without it");
  const { module, version } = ofModules(entries, "moonbitlang/x")[0]!;
  const answer = await fetch(`${server.url}/user/${module}/${version}.zip`);
  const text = await answer.text();
  expect([answer.status, text.includes("TEAM_TOKEN")]).toEqual([502, false]);
  expect(JSON.parse(text).error.code).toBe("upstream");
  await until(
    async () => server.log(),
    (log) => log.includes(`\${TEAM_TOKEN} in registry.toml: TEAM_TOKEN is not set`),
  );
});
