/** `export --static`, served by a web server that knows nothing of this program. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, sampleIndex } from "../support/upstream/mod.ts";
import { createWorld, ofModules } from "../support/world.ts";

const sha256 = (data: ArrayBuffer) => Bun.SHA256.hash(data, "hex");

/** Where it is and what it has counted, a server knows and files do not. */
function withoutServersOwn(answer: unknown): object {
  const { archive_url: _, downloads: __, ...rest } = answer as Record<string, unknown>;
  return rest;
}

/** As `try_files $uri $uri.json` does. */
function webServer(root: string) {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const path = join(root, decodeURIComponent(new URL(request.url).pathname));
      for (const each of [path, `${path}.json`]) {
        if (existsSync(each) && statSync(each).isFile()) return new Response(Bun.file(each));
      }
      return new Response("", { status: 404 });
    },
  });
}

test("a plain web server gives the archives and the API as the registry does", async () => {
  const symbols = new TextEncoder().encode("symbols");
  await using world = await createWorld({ symbols });
  const { dir, entries } = world;
  await succeed(["mirror", "illusory0x0/*", "moonbitlang/x", "--strict"], { cwd: dir });
  const site = join(tempDirectory(), "site");
  const told = await succeed(["export", "--static", site, "--json"], { cwd: dir });
  const summary = JSON.parse(told.trim().split("\n").at(-1)!);
  expect(summary).toMatchObject({ type: "done", skipped: 0 });

  await using registry = await serve(dir, ["--offline"]);
  const web = webServer(site);
  const base = `http://127.0.0.1:${web.port}`;
  const stored = ofModules(entries, "moonbitlang/x", "illusory0x0/🐫");
  expect(stored.length).toBeGreaterThan(3);
  for (const { module, version, checksum } of stored) {
    for (const path of [`${module}/${version}`, encodeURIComponent(`${module}/${version}`)]) {
      const archive = await fetch(`${base}/user/${path}.zip`);
      expect(sha256(await archive.arrayBuffer())).toBe(checksum);
    }
    const key = new URLSearchParams([[`${module}/${version}`, ""]]).toString().slice(0, -1);
    const literal = Bun.file(join(site, "user", `${key}.zip`));
    expect(sha256(await literal.arrayBuffer())).toBe(checksum);
    for (const path of [module, `${module}@${version}`]) {
      const url = `/api/v0/modules/${encodeURI(path)}`;
      const own = await (await fetch(registry.url + url)).json();
      expect(await (await fetch(base + url)).json()).toEqual(withoutServersOwn(own));
    }
  }
  const lines = ofModules(entries, "moonbitlang/x").map(({ line }) => `${line}\n`);
  const index = await fetch(`${base}/user/moonbitlang/x.index`);
  expect(await index.text()).toBe(lines.join(""));
  const list = await (await fetch(`${base}/api/v0/modules`)).json();
  const own = (await (await fetch(`${registry.url}/api/v0/modules`)).json()) as unknown[];
  expect(list).toEqual(own.map(withoutServersOwn));
  expect(await (await fetch(`${base}/symbols.zip`)).text()).toBe("symbols");
  expect(await (await fetch(`${base}/README.txt`)).text()).toContain("smart HTTP");
  expect(existsSync(join(site, "index.html"))).toBe(false);
  await web.stop();
});

test("run again it writes what is new and mends what is damaged", async () => {
  await using world = await createWorld();
  const { dir, entries } = world;
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
  const site = tempDirectory("site");
  await succeed(["export", "--static", site], { cwd: dir });
  const [first, second] = ofModules(entries, "moonbitlang/x");
  const path = (entry: SampleEntry) => join(site, "user", entry.module, `${entry.version}.zip`);
  const before = statSync(path(first!)).mtimeMs;
  writeFileSync(path(second!), "damaged");
  await succeed(["mirror", "illusory0x0/*", "--strict"], { cwd: dir });
  await succeed(["export", "--static", site], { cwd: dir });
  expect(statSync(path(first!)).mtimeMs).toBe(before);
  expect(sha256(await Bun.file(path(second!)).arrayBuffer())).toBe(second!.checksum);
  expect(readdirSync(join(site, "user/illusory0x0")).length).toBeGreaterThan(0);
});

test("names that a disk cannot tell apart are told of and not mixed up", async () => {
  const sample = ofModules(sampleIndex(), "moonbitlang/x")[0]!;
  const renamed = (module: string): SampleEntry => ({
    ...sample,
    module,
    line: sample.line.replaceAll("moonbitlang/x", module),
  });
  await using world = await createWorld({
    entries: ["some/Name", "some/name", "some/other"].map(renamed),
  });
  await succeed(["mirror", "*/*"], { cwd: world.dir });
  const site = tempDirectory("site");
  const { code, stderr } = await execute(["export", "--static", site], { cwd: world.dir });
  expect(code).toBe(0);
  expect(stderr).toContain(`user/some/name/${sample.version}.zip is not written`);
  expect(readdirSync(join(site, "user/some"))).toContain("Name");
  expect(readdirSync(join(site, "user/some"))).not.toContain("name");
  for (const { module, version, checksum } of ofModules(world.entries, "some/Name", "some/other")) {
    const file = Bun.file(join(site, "user", module, `${version}.zip`));
    expect(sha256(await file.arrayBuffer())).toBe(checksum);
  }
});

test("--static wants a directory and nothing of bundles", async () => {
  const cwd = tempDirectory();
  await succeed(["init", "."], { cwd });
  for (const words of [["-"], ["site", "--since", "x"], ["site", "--split", "4G"]]) {
    expect((await execute(["export", "--static", ...words], { cwd })).code).toBe(2);
  }
  await succeed(["export", "--static", "site"], { cwd });
  expect(await Bun.file(join(cwd, "site/api/v0/modules.json")).json()).toEqual([]);
});
