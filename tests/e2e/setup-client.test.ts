/** `setup-client`, and what the real `moon` makes of it. */
import { expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";

const MOON = Bun.which("moon");
const URL = "http://reg.example:8080";

test("lines to paste are printed, and a file that would make them idle is named", async () => {
  const cwd = tempDirectory();
  const env = { MOON_HOME: join(cwd, "moon") };
  const print = async (kind: string) =>
    await succeed(["setup-client", `${URL}/`, "--print", kind], { cwd, env });
  expect(await print("sh")).toBe(`export MOONCAKES_REGISTRY='${URL}'\n`);
  expect(await print("powershell")).toBe(`$env:MOONCAKES_REGISTRY = '${URL}'\n`);
  expect(await print("ci")).toContain(`  MOONCAKES_REGISTRY: "${URL}"\n`);
  expect(JSON.parse(await print("config"))).toMatchObject({ registry: URL });
  expect(existsSync(env.MOON_HOME)).toBe(false);
  await succeed(["setup-client", URL], { cwd, env });
  const { stderr } = await execute(["setup-client", URL, "--print", "sh"], { cwd, env });
  expect(stderr).toContain("counts before the variable");
});

test("the settings that are printed are those that would be written", async () => {
  const cwd = tempDirectory();
  const env = { MOON_HOME: cwd };
  const file = join(cwd, "config.json");
  writeFileSync(file, '{"registry": "https://corp.example"}');
  const words = ["setup-client", URL, "--keep-api"];
  const printed = JSON.parse(await succeed([...words, "--print", "config"], { cwd, env }));
  expect(printed.api).toBe("https://corp.example");
  await succeed(words, { cwd, env });
  expect(await Bun.file(file).json()).toEqual(printed);
});

test("a registry's own address is the default, and wrong words are refused", async () => {
  const cwd = tempDirectory();
  const env = { MOON_HOME: join(cwd, "moon") };
  await succeed(["init", "."], { cwd });
  await succeed(["config", "server.base_url", "https://mine.example"], { cwd });
  const text = await succeed(["setup-client", "--json", "--split"], { cwd, env });
  expect(JSON.parse(text).settings.download).toBe("https://mine.example");
  for (const words of [
    ["setup-client", "ftp://x"],
    ["setup-client", "http://x", "--undo"],
    ["setup-client", "http://x", "--keep-api", "--print", "sh"],
    ["setup-client", "http://x", "--print", "csh"],
  ]) {
    expect((await execute(words, { cwd, env })).code).toBe(2);
  }
});

test("the way back is one that leads back, and can be pasted", async () => {
  const cwd = tempDirectory();
  const home = join(cwd, "moon's home");
  const there = await execute(["setup-client", URL, "--moon-home", "moon's home"], { cwd });
  const [, back = ""] = /Back: {2}(.*)\n/.exec(there.stderr)!;
  const script = back.replace("moonbit-registry", '"$0"');
  const sh = Bun.spawnSync(["/bin/sh", "-c", script, binary()], { cwd: "/", env: { HOME: cwd } });
  expect(sh.stderr.toString()).toBe("");
  expect(existsSync(join(home, "config.json"))).toBe(false);
  const usual = await execute(["setup-client", URL], { cwd, env: { MOON_HOME: home } });
  expect(usual.stderr).toContain("Back:  moonbit-registry setup-client --undo\n");
});

test("a private registry and a token in the address are told how moon gets one", async () => {
  const cwd = tempDirectory();
  const env = { MOON_HOME: join(cwd, "moon") };
  const how = "MOONCAKES_REGISTRY=https://x:TOKEN@…, see docs/private.md";
  for (const words of [
    ["setup-client", "http://x:hunter2@host"],
    ["update", "--registry", "http://x:hunter2@h"],
  ]) {
    const { code, stderr } = await execute(words, { cwd, env });
    expect(code).toBe(2);
    expect(stderr).toContain(`must hold no credentials; for \`moon\` set ${how}`);
    expect(stderr).not.toContain("hunter2");
  }
  const said = async (...words: string[]) =>
    (await execute(["setup-client", ...words], { cwd, env })).stderr;
  await succeed(["init", "."], { cwd });
  expect(await said()).not.toContain("private");
  await succeed(["config", "server.require_read_token", "true"], { cwd });
  for (const words of [[], ["http://127.0.0.1:8080"], ["--print", "sh"]]) {
    expect(await said(...words)).toMatch(/^warning: that registry is private.*docs\/private\.md$/m);
  }
  expect(await said(URL)).not.toContain("private");
});

test.if(MOON !== null)(
  "the real moon updates from here, whatever its environment says, and not after --undo",
  async () => {
    await using world = await createWorld();
    await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: world.dir });
    await using server = await serve(world.dir, ["--offline"]);
    const home = tempDirectory("moon-home");
    const config = join(home, "config.json");
    const before = '{"registry": "http://127.0.0.1:9", "index": "http://127.0.0.1:9/git/index",}';
    writeFileSync(config, before);
    const update = async () => {
      const child = Bun.spawn([MOON!, "update"], {
        cwd: home,
        env: { PATH: process.env.PATH ?? "", HOME: home, MOON_HOME: home, NO_PROXY: "*" },
        stdout: "ignore",
        stderr: "ignore",
      });
      return await child.exited;
    };
    const env = { MOON_HOME: home };
    await succeed(["setup-client", server.url], { cwd: home, env });
    expect(await update()).toBe(0);
    expect(existsSync(join(home, "registry/index/user/illusory0x0"))).toBe(true);
    await succeed(["setup-client", "--undo"], { cwd: home, env });
    expect(await Bun.file(config).text()).toBe(before);
    expect(await update()).not.toBe(0);
  },
);
