/** The pages as bytes: what headers they come with, how small they are, and who is refused. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Served, serve, succeed } from "../support/executable.ts";
import { registerSamples } from "../support/knitpkg.ts";
import { createRandom } from "../support/random.ts";
import { showcaseEntries, showcaseFiles } from "../support/showcase.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, type World } from "../support/world.ts";

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
/** Bytes that a page may have on the line. */
const MOST = 100_000;

let world: World;
let server: Served;
let token: string;

beforeAll(async () => {
  const noise = createRandom(7).bytes(400_000).toString("base64");
  const long = (entry: { module: string }) =>
    entry.module === "moonbitlang/regexp"
      ? { "README.md": noise, "src/noise.mbt": noise }
      : undefined;
  world = await createWorld({
    entries: showcaseEntries(),
    filesOf: (entry) => showcaseFiles(entry) ?? long(entry),
  });
  const options = { cwd: world.dir };
  await succeed(["mirror", "demo/*", "moonbitlang/regexp", "--latest", "2"], options);
  const made = await succeed(["token", "create", "ops", "--scope", "admin", "--json"], options);
  token = JSON.parse(made).token;
  await registerSamples(join(world.dir, "registry.toml"));
  server = await serve(world.dir);
}, 60_000);

afterAll(async () => {
  await server?.stop();
  await world?.[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(server.url + path, { headers: { ...HTML, ...headers }, redirect: "manual" });

/** A page's bytes as they are on the line. */
async function sizeOnTheLine(path: string): Promise<number> {
  const headers = { ...HTML, "accept-encoding": "gzip" };
  const response = await fetch(server.url + path, { headers, decompress: false } as RequestInit);
  expect(response.headers.get("content-encoding")).toBe("gzip");
  return (await response.arrayBuffer()).byteLength;
}

const PAGES = [
  "/",
  "/search?q=json",
  "/p/mql5",
  "/p/mql5/acme/core",
  "/m/demo/guide",
  "/m/moonbitlang/regexp",
  "/m/demo/guide@1.2.0/-/versions",
  "/m/demo/guide@1.2.0/-/dependencies",
  "/m/demo/guide@1.2.0/-/files",
  "/m/demo/guide@1.2.0/-/files/src/lib.mbt",
  "/m/demo/hostile",
  "/o/moonbitlang",
  "/docs",
  "/docs/design",
  "/docs/http",
];

describe("a page", () => {
  test.each(PAGES)("%s is small, is checked again by its ETag, and holds no code", async (path) => {
    const response = await get(path);
    const { headers } = response;
    const text = await response.text();
    expect(response.status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(text).not.toMatch(/<script(?! src="\/_\/client-[0-9a-f]{12}\.js" defer>)/);
    expect(text).not.toMatch(/<style|<[a-z][^<>]*\sstyle=/);
    expect(await sizeOnTheLine(path)).toBeLessThan(MOST);
    const again = await get(path, { "if-none-match": headers.get("etag")! });
    expect(again.status).toBe(304);
    const head = await fetch(server.url + path, { method: "HEAD", headers: HTML });
    expect(head.status).toBe(200);
    expect(await head.text()).toBe("");
  });

  test("/ is a page for browsers and a text for curl", async () => {
    const text = await (await fetch(`${server.url}/`, { headers: { accept: "*/*" } })).text();
    expect(text).toContain(`MOONCAKES_REGISTRY=${server.url} moon update`);
    expect(await (await get("/")).text()).toStartWith("<!doctype html>");
  });

  test("what is not there is a page for browsers and JSON for others, with the same status", async () => {
    for (const path of [
      "/nowhere",
      "/m/nobody/nothing",
      "/m/x",
      "/m/demo/guide@9.9.9",
      "/o/nobody",
      "/docs/nothing",
      "/m/demo/guide@1.2.0/-/files/none",
      "/m/demo/guide@1.2.0/-/nothing",
      "/_/style-0.css",
    ]) {
      const page = await get(path);
      expect([path, page.status, page.headers.get("content-type")]).toEqual([
        path,
        404,
        "text/html; charset=utf-8",
      ]);
      const json = await fetch(server.url + path, { headers: { accept: "*/*" } });
      expect(json.status).toBe(404);
      expect(await json.json()).toMatchObject({ error: { code: "not-found" } });
    }
  });

  test("assets are kept for ever, under addresses that change with them", async () => {
    const text = await (await get("/")).text();
    const assets = [...text.matchAll(/(?:href|src)="(\/_\/[^"]+)"/g)].map((match) => match[1]!);
    expect(assets).toHaveLength(3);
    for (const asset of assets) {
      const response = await get(asset);
      expect(response.headers.get("cache-control")).toContain("immutable");
      expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(100);
    }
  });

  test("a version that is not stored is fetched when a visitor says so, and not before", async () => {
    world.upstream.forgetRequests();
    const page = await (await get("/m/moonbitlang/yacc")).text();
    expect(page).toContain('href="?fetch=1"');
    expect(world.upstream.archiveRequests()).toHaveLength(0);
    expect(await (await get("/m/moonbitlang/yacc?fetch=1")).text()).toContain(
      "Generated for tests.",
    );
    expect(world.upstream.archiveRequests()).toHaveLength(1);
  });

  test("links stand behind a proxy's prefix", async () => {
    // What the server says it is reached at must be where the test reaches it.
    const probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const { port } = probe;
    await probe.stop();
    const url = `http://127.0.0.1:${port}/modules`;
    await using behind = await serve(world.dir, ["--port", String(port), "--base-url", url]);
    const text = await (await fetch(`${behind.url}/m/demo/guide`, { headers: HTML })).text();
    const links = [...text.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(link).toStartWith("/modules/");
    const home = await (await fetch(`${behind.url}/`, { headers: HTML })).text();
    expect(home).toContain(`export MOONCAKES_REGISTRY=${url}`);
  });

  test("an offline server offers to fetch nothing", async () => {
    await using offline = await serve(world.dir, ["--offline"]);
    const text = await (await fetch(`${offline.url}/`, { headers: HTML })).text();
    expect(text).not.toContain("mizchi/ts");
    world.upstream.forgetRequests();
    expect(
      (await fetch(`${offline.url}/m/demo/guide@1.1.0?fetch=1`, { headers: HTML })).status,
    ).toBe(404);
    expect(world.upstream.requests).toHaveLength(0);
  });
});

test("suggestions show no stranger's text as another", async () => {
  const found = (await (await get("/search/suggest?q=hostile")).json()) as {
    description: string;
  }[];
  expect(found[0]?.description).toContain("txt.exe");
  expect(JSON.stringify(found)).not.toMatch(/\u202e/);
});

test("a page is found with a slash at its end, and a search shows its last page at most", async () => {
  expect((await get("/o/moonbitlang/")).status).toBe(200);
  const found = await (await get("/search?q=regexp&page=900")).text();
  expect(found).toContain("moonbitlang/regexp");
});

test("a HEAD is told what a GET would be, and nothing of another length", async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`${server.url}/docs`, { method: "HEAD", headers: { ...HTML, ...headers } });
  const etag = (await ask({})).headers.get("etag")!;
  const known = await ask({ "if-none-match": etag });
  expect([known.status, known.headers.get("content-length")]).toEqual([304, null]);
});

test("is compressed for those who take that, and only for them", async () => {
  const encodingFor = async (accepted: string) => {
    const headers = { ...HTML, "accept-encoding": accepted };
    const response = await fetch(`${server.url}/docs`, {
      headers,
      decompress: false,
    } as RequestInit);
    await response.arrayBuffer();
    return response.headers.get("content-encoding");
  };
  for (const accepted of ["gzip", "br, gzip;q=0.5", "deflate , GZIP"]) {
    expect({ accepted, encoding: await encodingFor(accepted) }).toEqual({
      accepted,
      encoding: "gzip",
    });
  }
  for (const accepted of ["identity", "gzip;q=0, identity", "gzip; q=0.0", "x-gzipped"]) {
    expect({ accepted, encoding: await encodingFor(accepted) }).toEqual({
      accepted,
      encoding: null,
    });
  }
});

describe("a file of an archive", () => {
  const raw = (path: string) => get(`/m/demo/hostile@0.1.0/-/raw/${path}`);

  test.each([
    ["evil.svg", "image/svg+xml"],
    ["evil.html", "text/plain; charset=utf-8"],
    ["src/lib.mbt", "text/plain; charset=utf-8"],
  ])("%s comes as %s, in a sandbox", async (path, type) => {
    const { headers } = await raw(path);
    expect(headers.get("content-type")).toBe(type);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("sandbox");
    expect(headers.get("content-security-policy")).not.toContain("allow-scripts");
  });

  test.each([
    "../moon.mod.json",
    "%2e%2e/%2e%2e/registry.toml",
    "/etc/passwd",
    "",
    "src",
    "src%00",
  ])("%p is none", async (path) => {
    expect((await raw(path)).status).toBe(404);
  });
});

describe("the operator's page", () => {
  const form = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ) =>
    fetch(`${server.url}/operate/${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { ...HTML, "sec-fetch-site": "same-origin", ...headers },
      body: new URLSearchParams(fields),
    });

  async function signIn() {
    const response = await form("sign-in", { token });
    const cookie = response.headers.get("set-cookie")!;
    const own = { cookie: cookie.split(";")[0]! };
    const page = await (await get("/operate", own)).text();
    return { cookie, own, proof: /name="proof" value="([0-9a-f]+)"/.exec(page)![1]! };
  }

  test("gives a cookie that no script reads and no other site sends, and is kept by nobody", async () => {
    const { cookie, own } = await signIn();
    for (const flag of ["HttpOnly", "SameSite=Strict", "Path=/operate"])
      expect(cookie).toContain(flag);
    expect(cookie).not.toContain(token);
    expect((await get("/operate", own)).headers.get("cache-control")).toBe("no-store");
  });

  test("takes only forms of its own", async () => {
    const { own, proof } = await signIn();
    expect((await form("sync", { proof })).status).toBe(403);
    expect((await form("sync", { proof: "0" }, own)).status).toBe(403);
    expect((await form("sync", {}, own)).status).toBe(403);
    const foreign = { ...own, "sec-fetch-site": "cross-site" };
    expect((await form("sync", { proof }, foreign)).status).toBe(403);
    expect((await form("sign-in", { token }, { "sec-fetch-site": "cross-site" })).status).toBe(403);
    const large = await form("sync", { proof, more: "x".repeat(10_000) }, own);
    expect(large.status).toBe(413);
    // No 401, for which a browser would ask for a password that does not help.
    expect((await fetch(`${server.url}/operate/events`)).status).toBe(403);
    expect((await fetch(`${server.url}/operate/sync`, { headers: own })).status).toBe(405);
  });

  test("takes no token but an operator's, and none that was taken back", async () => {
    const options = { cwd: world.dir };
    const make = async (name: string, scope: string) =>
      JSON.parse(await succeed(["token", "create", name, "--scope", scope, "--json"], options))
        .token;
    expect((await form("sign-in", { token: await make("reader", "read") })).status).toBe(403);
    expect((await form("sign-in", { token: "nonsense" })).status).toBe(401);
    const again = await get("/operate/sign-in");
    expect([again.status, again.headers.get("location")]).toEqual([303, "/operate"]);
    const short = await make("short", "admin");
    const cookie = (await form("sign-in", { token: short })).headers
      .get("set-cookie")!
      .split(";")[0]!;
    expect(await (await get("/operate", { cookie })).text()).toContain("signed in as short");
    await succeed(["token", "revoke", "short"], options);
    expect(await (await get("/operate", { cookie })).text()).not.toContain("signed in as short");
  });

  test("yanks what was published here, with a reason that everybody sees, and nothing else", async () => {
    const source = tempDirectory("module");
    const manifest = { name: "ours/made", version: "1.0.0", license: "MIT", readme: "README.md" };
    writeFileSync(join(source, "moon.mod.json"), JSON.stringify(manifest));
    writeFileSync(join(source, "README.md"), "# Made here\n");
    await succeed(["publish", source], { cwd: world.dir });
    expect(await (await get("/m/ours/made")).text()).toContain("published here");
    const { own, proof } = await signIn();
    const yank = { proof, target: "ours/made@1.0.0", reason: "it <b>leaks</b>", do: "yank" };
    expect((await form("yank", yank, own)).status).toBe(303);
    expect(await (await get("/operate", own)).text()).toContain("ours/made@1.0.0 is yanked.");
    const page = await (await get("/m/ours/made@1.0.0")).text();
    expect(page).toContain("This version was yanked.");
    expect(page).toContain("it &lt;b&gt;leaks&lt;/b&gt;");
    await form("yank", { ...yank, do: "unyank" }, own);
    expect(await (await get("/m/ours/made")).text()).not.toContain("yanked");
    await form("yank", { ...yank, target: "demo/guide@1.2.0" }, own);
    expect(await (await get("/operate", own)).text()).toContain('class="notice bad"');
    const log = readFileSync(join(world.dir, "data/audit.log"), "utf8");
    expect(log).toContain('"who":"ops","what":"yank","target":"ours/made@1.0.0","result":"done"');
  });

  test("goes on with what a job tells where the connection broke off", async () => {
    const { own, proof } = await signIn();
    expect((await form("verify", { proof }, own)).status).toBe(303);
    const follow = async (headers: Record<string, string>) =>
      await (await get("/operate/events?seen=0", { ...own, ...headers })).text();
    const whole = await follow({});
    const last = [...whole.matchAll(/^id: (\d+)$/gm)].at(-1)![1]!;
    const again = await follow({ "last-event-id": last });
    expect([whole, again].map((text) => text.includes("event: line"))).toEqual([true, false]);
    expect(again).toContain("event: end");
    // Nor does the page itself ask for what it shows.
    expect(await (await get("/operate", own)).text()).toContain(`/operate/events?seen=${last}"`);
  });

  test("never shows a token", async () => {
    const { own } = await signIn();
    expect(await (await get("/operate", own)).text()).not.toContain(token);
  });
});

test("a private registry shows its pages to nobody without a token", async () => {
  await succeed(["config", "server.require_read_token", "true"], { cwd: world.dir });
  try {
    await using closed = await serve(world.dir);
    for (const path of ["/", "/m/demo/guide", "/search/suggest?q=a", "/operate", "/docs"]) {
      const response = await fetch(closed.url + path, { headers: HTML });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("Basic");
      expect(await response.text()).not.toContain("guide");
    }
    const authorization = `Bearer ${token}`;
    const open = await fetch(`${closed.url}/m/demo/guide`, { headers: { ...HTML, authorization } });
    expect(open.status).toBe(200);
    const raw = "/m/demo/guide@1.2.0/-/raw/README.md";
    const file = await fetch(closed.url + raw, { headers: { authorization } });
    expect([file.status, (await fetch(closed.url + raw)).status]).toEqual([200, 401]);
    expect(file.headers.get("cache-control")).toStartWith("private, max-age=");
  } finally {
    await succeed(["config", "server.require_read_token", "false"], { cwd: world.dir });
  }
});

test("KnitPkg projects have pages, and private ones have none", async () => {
  const text = async (path: string) => await (await get(path)).text();
  const core = await text("/p/mql5/acme/core");
  expect(core).toContain("kp add @acme/core");
  expect(core).toContain("1.1.0");
  expect(core.match(/>yanked</g)).toHaveLength(1);
  expect(await text("/p/mql5/acme/charts")).toContain('href="/p/mql5/acme/core"');
  const all = await text("/p/mql5");
  expect(all).toContain("2 projects");
  expect(all).not.toContain("secret");
  expect(await text("/p/mql5?q=charts")).toContain("1 project<");
  expect(await text("/")).toContain('href="/p/mql5"');
  for (const path of ["/p/mql5/acme/secret", "/p/mql5/acme/none", "/p/mql9", "/p/mql9/acme/core"])
    expect((await get(path)).status).toBe(404);
});
