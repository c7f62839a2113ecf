/** Public mirrors: as sources, and offered; and the prebuilt programs that belong to them. */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { repositoryHandler } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, writeIndexRepository } from "../support/upstream/mod.ts";

const MOON = Bun.which("moon");
const bytes = (text: string) => new TextEncoder().encode(text);
const hash = (data: Uint8Array) => Bun.SHA256.hash(data, "hex");

/** A module with a library and two programs, one of which its upstream has built. */
function toolbox(): { entry: SampleEntry; zip: Uint8Array } {
  const manifest = { name: "demo/toolbox", version: "1.0.0+1", source: "src" };
  const zip = zipSync({
    "moon.mod.json": bytes(JSON.stringify(manifest)),
    "src/moon.pkg.json": bytes("{}"),
    "src/lib.mbt": bytes("pub fn one() -> Int { 1 }\n"),
    "src/cmd/tool/moon.pkg.json": bytes('{ "is-main": true } // the tool'),
    "src/cmd/tool/main.mbt": bytes("fn main { }\n"),
    "src/other/moon.pkg": bytes('options("is-main": true)\n'),
  });
  const checksum = hash(zip);
  const line = JSON.stringify({ ...manifest, checksum });
  return { entry: { module: manifest.name, version: manifest.version, checksum, line }, zip };
}

const TOOL = "demo/toolbox@1.0.0+1/cmd/tool/tool.wasm";
const WASM = bytes("\0asm the tool");

interface Mirror extends Disposable {
  readonly url: string;
  readonly entry: SampleEntry;
  /** Decoded paths. */
  readonly asked: string[];
  /** What is below `/mooncakes-download/`. */
  readonly files: Map<string, Uint8Array>;
}

/** A public mirror: `/mooncakes-index` and `/mooncakes-download`, and nothing else. */
async function publicMirror(): Promise<Mirror> {
  const { entry, zip } = toolbox();
  const gitdir = join(tempDirectory("mirror"), "index.git");
  await writeIndexRepository(gitdir, [entry]);
  const handle = repositoryHandler(gitdir);
  const files = new Map([
    [`user/${entry.module}/${entry.version}.zip`, zip],
    ["symbols.zip", bytes("symbols")],
    [`assets/${TOOL}`, WASM],
    [`assets/${TOOL}.sha256`, bytes(`${hash(WASM)}  tool.wasm\n`)],
  ]);
  const asked: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const path = decodeURIComponent(new URL(request.url).pathname);
      asked.push(path);
      if (path.startsWith("/mooncakes-index/")) return await handle(request);
      const file = files.get(path.replace(/^\/mooncakes-download\//, ""));
      return file ? new Response(file.slice()) : new Response("no\n", { status: 404 });
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { url, entry, asked, files, [Symbol.dispose]: () => void server.stop(true) };
}

async function registryOf(mirror: Mirror): Promise<string> {
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  const urls = ["--index-url", `${mirror.url}/mooncakes-index`];
  urls.push("--download-url", `${mirror.url}/mooncakes-download`);
  await succeed(["source", "add", "campus", "--url", mirror.url, ...urls], { cwd: dir });
  return dir;
}

test("a public mirror is a source, with its archives, symbols and prebuilt programs", async () => {
  using mirror = await publicMirror();
  const dir = await registryOf(mirror);
  const told = await succeed(["mirror", "--full", "--assets"], { cwd: dir });
  expect(told).toContain("Prebuilt programs: 1 downloaded, 0 here before");
  // Programs only, and only once.
  const asked = mirror.asked.filter((path) => path.includes("/assets/"));
  expect(asked.some((path) => path.includes("/other/other.wasm.sha256"))).toBe(true);
  expect(asked.some((path) => path.includes("/toolbox.wasm"))).toBe(false);
  mirror.asked.length = 0;
  expect(await succeed(["sync"], { cwd: dir })).toContain("0 downloaded, 1 here before");
  expect(mirror.asked).not.toContain(`/mooncakes-download/assets/${TOOL}`);

  await using server = await serve(dir, ["--offline", "--public-mirror"]);
  mirror.asked.length = 0;
  for (const base of [server.url, `${server.url}/mooncakes-download`]) {
    const wasm = await fetch(`${base}/assets/${TOOL}`);
    expect(wasm.headers.get("content-type")).toBe("application/wasm");
    expect(await wasm.bytes()).toEqual(WASM);
    const headers = { "if-none-match": wasm.headers.get("etag")! };
    expect((await fetch(`${base}/assets/${TOOL}`, { headers })).status).toBe(304);
    const sum = await fetch(`${base}/assets/${encodeURIComponent(TOOL)}.sha256`);
    expect(await sum.text()).toBe(`${hash(WASM)}  tool.wasm\n`);
    const zip = await fetch(`${base}/user/demo%2Ftoolbox%2F1.0.0%2B1.zip`);
    expect(hash(await zip.bytes())).toBe(mirror.entry.checksum);
    expect(await (await fetch(`${base}/symbols.zip`)).text()).toBe("symbols");
    expect((await fetch(`${base}/assets/demo/toolbox@1.0.0+1/other/other.wasm`)).status).toBe(404);
    expect((await fetch(`${base}/assets/..%2f..%2fregistry.toml`)).status).toBe(404);
  }
  expect(mirror.asked).toEqual([]);
  if (!hasGit) return;
  const clone = join(tempDirectory(), "clone");
  await git(["clone", "-q", "--depth", "1", `${server.url}/mooncakes-index`, clone]);
  expect(existsSync(join(clone, "user", "demo", "toolbox.index"))).toBe(true);
});

test("without --public-mirror its paths are not there", async () => {
  using mirror = await publicMirror();
  const dir = await registryOf(mirror);
  await succeed(["sync"], { cwd: dir });
  await using server = await serve(dir);
  expect((await fetch(`${server.url}/mooncakes-download/symbols.zip`)).status).toBe(404);
});

test("a program that is asked for is fetched once, kept, and never with wrong bytes", async () => {
  using mirror = await publicMirror();
  const dir = await registryOf(mirror);
  await succeed(["sync"], { cwd: dir });
  const good = mirror.files.get(`assets/${TOOL}`)!;
  mirror.files.set(`assets/${TOOL}`, bytes("something else"));
  {
    await using server = await serve(dir);
    expect((await fetch(`${server.url}/assets/${TOOL}`)).status).toBe(502);
    // Remembered for a while.
    mirror.asked.length = 0;
    expect((await fetch(`${server.url}/assets/${TOOL}`)).status).toBe(502);
    expect(mirror.asked).toEqual([]);
  }
  mirror.files.set(`assets/${TOOL}`, good);
  {
    await using server = await serve(dir);
    mirror.asked.length = 0;
    const urls = Array.from({ length: 20 }, () => `${server.url}/assets/${TOOL}`);
    for (const response of await Promise.all(urls.map((url) => fetch(url)))) {
      expect(hash(await response.bytes())).toBe(hash(WASM));
    }
    expect(mirror.asked).toHaveLength(2);
    // Not of versions that nobody lists.
    expect((await fetch(`${server.url}/assets/demo/no@1.0.0/no.wasm`)).status).toBe(404);
    expect(mirror.asked).toHaveLength(2);
  }
  mirror.files.delete(`assets/${TOOL}`);
  await using server = await serve(dir);
  expect((await fetch(`${server.url}/assets/${TOOL}`)).status).toBe(200);
});

test("a program whose checksum is none is a warning, and the rest is mirrored", async () => {
  using mirror = await publicMirror();
  mirror.files.set(`assets/${TOOL}.sha256`, bytes("<html>"));
  const dir = await registryOf(mirror);
  const { code, stderr, stdout } = await execute(["mirror", "--full", "--assets"], { cwd: dir });
  expect(code).toBe(3);
  expect(stderr).toContain("the programs of demo/toolbox@1.0.0+1");
  expect(stdout).toContain("1 downloaded");
});

test.if(MOON !== null)("the real `moon` works against the paths of a public mirror", async () => {
  using mirror = await publicMirror();
  const dir = await registryOf(mirror);
  await succeed(["mirror", "--full"], { cwd: dir });
  await using server = await serve(dir, ["--public-mirror"]);
  const home = tempDirectory("moon-home");
  const project = join(tempDirectory("project"), "app");
  mkdirSync(project);
  writeFileSync(
    join(project, "moon.mod.json"),
    JSON.stringify({ name: "demo/app", version: "0.1.0" }),
  );
  // Older clients read "registry" where newer ones read "download" and "api".
  const download = `${server.url}/mooncakes-download`;
  const config = { download, index: `${server.url}/mooncakes-index`, api: server.url };
  writeFileSync(join(home, "config.json"), JSON.stringify({ ...config, registry: download }));
  const moon = async (...args: string[]) => {
    const child = Bun.spawn([MOON!, ...args], {
      cwd: project,
      env: { PATH: process.env.PATH ?? "", HOME: home, MOON_HOME: home },
      stdout: "pipe",
      stderr: "pipe",
    });
    const text = await new Response(child.stderr).text();
    return { code: await child.exited, text };
  };
  expect(await moon("update")).toMatchObject({ code: 0 });
  expect(await moon("add", "demo/toolbox")).toMatchObject({ code: 0 });
  expect(existsSync(join(project, ".mooncakes", "demo", "toolbox", "src", "lib.mbt"))).toBe(true);
});
