/** Pages of archives that nobody packed with care, and addresses that nobody meant. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { recompute } from "../../src/registry/mod.ts";
import type { RunningServer } from "../../src/server/listen.ts";
import { startServer } from "../../src/server/mod.ts";
import { registerSamples } from "../support/knitpkg.ts";
import { fetched, newRegistry, SOURCE } from "../support/published.ts";
import { craftZip, type Part } from "../support/zip.ts";

const LONG = 5_000_000;

const ARCHIVES: Readonly<Record<string, readonly Part[]>> = {
  "a/long": [{ name: "README.md", content: "# Long\n\nwords ".repeat(LONG / 14) }],
  "a/damaged": [
    { name: "README.md", content: "# Damaged", crc: 1 },
    { name: "late.txt", content: "x".repeat(LONG), crc: 1 },
    { name: "good.txt", content: "good" },
  ],
};

let server: RunningServer;
const bugs: unknown[] = [];

beforeAll(async () => {
  const registry = await newRegistry(SOURCE);
  const checksums = new Map<string, string>();
  for (const [module, parts] of Object.entries(ARCHIVES)) {
    const bytes = new Uint8Array(await craftZip(parts).arrayBuffer());
    const checksum = Bun.SHA256.hash(bytes, "hex");
    await registry.archives.put(bytes, checksum);
    checksums.set(module, checksum);
  }
  const modules = Object.fromEntries(Object.keys(ARCHIVES).map((module) => [module, ["1.0.0"]]));
  await fetched(registry, "up", modules, (module) => checksums.get(module)!);
  await recompute(registry);
  await registerSamples(registry.config.file);
  server = startServer(registry, {
    port: 0,
    offline: true,
    onBug: (error) => bugs.push(error),
    warn: () => {},
  });
});

afterAll(async () => {
  await server?.stop();
});

const get = (path: string, init: RequestInit = {}) =>
  fetch(server.url + path, { redirect: "manual", headers: { accept: "text/html" }, ...init });

describe("a module's page comes", () => {
  test("with the beginning of a README that is too long to be shown", async () => {
    const response = await get("/m/a/long");
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(page).toContain("words");
    expect(page).toContain("[The rest is left out here.]");
    expect(page.length).toBeLessThan(LONG / 2);
  });

  test("without a README that cannot be unpacked, and says so", async () => {
    const response = await get("/m/a/damaged");
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Its README cannot be read.");
  });
});

describe("a file by itself", () => {
  test("is told of by HEAD with its length, of which nothing is unpacked", async () => {
    const head = await get("/m/a/damaged@1.0.0/-/raw/late.txt", { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(LONG)]);
    // Which would not go well.
    const early = await get("/m/a/damaged@1.0.0/-/raw/README.md");
    expect(early.status).toBe(422);
    expect((await get("/m/a/damaged@1.0.0/-/raw/README.md", { method: "HEAD" })).status).toBe(200);
  });

  test("that turns out to be damaged on its way is broken off", async () => {
    const response = await get("/m/a/damaged@1.0.0/-/raw/late.txt");
    expect(response.status).toBe(200);
    await expect(response.bytes()).rejects.toThrow();
  });

  test("is asked for again under an address that will mean another version's", async () => {
    for (const [address, control] of [
      ["a/damaged", "no-cache"],
      ["a/damaged@1.0.0", "public, max-age=31536000, immutable"],
    ]) {
      const file = await get(`/m/${address}/-/raw/good.txt`);
      expect([await file.text(), file.headers.get("cache-control")]).toEqual(["good", control!]);
      const headers = { "if-none-match": file.headers.get("etag")! };
      expect((await get(`/m/${address}/-/raw/good.txt`, { headers })).status).toBe(304);
    }
  });
});

test("what is not there is named as what it would be", async () => {
  for (const [path, message] of [
    ["/m/a/long/-/zzz", "a/long has no page zzz."],
    ["/m/a/long@1.0.0/-/files/zzz", "a/long@1.0.0 has no file zzz."],
    ["/m/a/long@1.0.0/-/raw/zzz", "a/long@1.0.0 has no file zzz."],
    ["/m/a/long@2.0.0", "a/long@2.0.0 is not here."],
    ["/o/nobody", "There is no owner nobody."],
  ] as const) {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`<p class="lead">${message}</p>`);
  }
});

test.each([
  "/_/%ff",
  "/dist/%ff",
  "/docs/%ff",
  "/o/%ff",
  "/p/%ff",
  "/p/%/x/y",
  "/p/mql5/%ff/x",
  "/p/mql5/%/x",
  "/p/mql5/x/%ff",
  "/m/%ff/x",
  "/m/a/long@1.0.0/-/raw/%ff",
  "/user/%ff",
  "/index/user/%ff",
  "/assets/%ff",
  "/api/v0/modules/%ff",
  "/api/v0/manifest/%ff",
  "/v1/auth/%ff/authorize",
  "/v1/auth/%ff/callback?code=a",
  "/v1/project/mql5/%ff/x",
  "/v1/search/%ff",
  "/git/%ff",
])("%s is nowhere", async (path) => {
  const before = bugs.length;
  for (const accept of ["text/html", "*/*"]) {
    const { status } = await get(path, { headers: { accept } });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  }
  expect(bugs.slice(before)).toEqual([]);
});
