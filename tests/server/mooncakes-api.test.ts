/** `/api/v0`, field by field as clients read it. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Elysia } from "elysia";
import { followDiscovery } from "../../src/registry/discovery/discover.ts";
import { openDownloads } from "../../src/registry/serving/downloads.ts";
import { responseFor } from "../../src/server/errors.ts";
import { mooncakesApiRoutes } from "../../src/server/routes/mooncakes-api.ts";
import { createBranch, type Line } from "../support/snapshot.ts";
import { tempDirectory } from "../support/temp.ts";

const LINES: readonly Line[] = [
  {
    name: "ann/json",
    version: "1.0.0",
    checksum: "a".repeat(64),
    created_at: "2024-01-01T00:00:00Z",
  },
  {
    name: "ann/json",
    version: "1.2.0",
    checksum: "b".repeat(64),
    created_at: "2024-05-01T00:00:00.123456+00:00",
    license: "Apache-2.0",
    description: "Reads and writes JSON.",
    keywords: ["json"],
    repository: "https://git.example/ann/json",
    "warn-list": "-2",
  },
  { name: "ann/json", version: "1.3.0", yanked: true, yanked_reason: "broken" },
  { name: "ann/json", version: "2.0.0-rc.1+b7" },
  { name: "bob/http", version: "0.1.0", deps: { "ann/json": "1.0.0" }, description: "json server" },
  { name: "moonbitlang/lex/runtime", version: "0.1.0" },
  { name: "CAIMEOX/原来可以发中文包", version: "0.1.2+3" },
  { name: "cy/gone", version: "1.0.0", yanked: true },
  { name: "new/fresh", version: "1.0.0", created_at: new Date(Date.now() - 60_000).toISOString() },
];

type Listed = { readonly name: string; readonly [field: string]: unknown }[];

function createServer(lines = LINES, base = () => "https://registry.example") {
  const branch = createBranch(lines);
  const discovery = followDiscovery(branch.snapshot, branch.readBlob);
  const path = join(tempDirectory("downloads"), "state.db");
  const downloads = openDownloads(path);
  const app = new Elysia()
    .onError(({ error }) => responseFor(error))
    .use(mooncakesApiRoutes({ discovery, downloads }, base));
  const ask = (path: string, headers: Record<string, string> = {}) =>
    app.handle(new Request(`http://host${path}`, { headers }));
  return {
    ask,
    branch,
    downloads,
    json: async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T,
  };
}

const { ask, json } = createServer();

describe("a module", () => {
  test("has all that `moon view` reads", async () => {
    expect(await json<unknown>("/api/v0/modules/ann/json")).toEqual({
      module: "ann/json",
      version: "1.2.0",
      latest_version: "1.2.0",
      yanked: false,
      yanked_reason: null,
      versions: [
        { version: "2.0.0-rc.1+b7", yanked: false, yanked_reason: null, created_at: null },
        { version: "1.3.0", yanked: true, yanked_reason: "broken", created_at: null },
        {
          version: "1.2.0",
          yanked: false,
          yanked_reason: null,
          created_at: "2024-05-01T00:00:00.123Z",
        },
        {
          version: "1.0.0",
          yanked: false,
          yanked_reason: null,
          created_at: "2024-01-01T00:00:00.000Z",
        },
      ],
      metadata: { ...LINES[1] },
      checksum: "b".repeat(64),
      dependencies: [],
      dependents: 1,
      downloads: 0,
      archive_url: "https://registry.example/user/ann%2Fjson%2F1.2.0.zip",
    });
  });

  const rows: readonly (readonly [what: string, path: string, version: string])[] = [
    ["in one version", "ann/json@1.0.0", "1.0.0"],
    ["in a yanked version", "ann/json@1.3.0", "1.3.0"],
    ["with its slash escaped", "ann%2Fjson@1.0.0", "1.0.0"],
    ["with its @ escaped", "ann/json%401.0.0", "1.0.0"],
    ["with build metadata", "ann/json@2.0.0-rc.1+b7", "2.0.0-rc.1+b7"],
    ["with build metadata escaped", "ann/json@2.0.0-rc.1%2Bb7", "2.0.0-rc.1+b7"],
    ["of a deeper name", "moonbitlang/lex/runtime", "0.1.0"],
    ["of a deeper name in one version", "moonbitlang/lex/runtime@0.1.0", "0.1.0"],
    ["of a Chinese name", `CAIMEOX/${encodeURIComponent("原来可以发中文包")}`, "0.1.2+3"],
    ["of a Chinese name in one version", encodeURI("CAIMEOX/原来可以发中文包@0.1.2+3"), "0.1.2+3"],
    ["yanked whole", "cy/gone", "1.0.0"],
  ];
  for (const [what, path, version] of rows) {
    test(`${what}: ${path}`, async () => {
      const found = await json<object>(`/api/v0/modules/${path}`);
      expect(found).toMatchObject({ version });
      expect(await json<unknown>(`/api/v0/manifest/${path}`)).toEqual(found);
    });
  }

  test("says of a yanked version that it was, and why", async () => {
    expect(await json<unknown>("/api/v0/modules/ann/json@1.3.0")).toMatchObject({
      yanked: true,
      yanked_reason: "broken",
      latest_version: "1.2.0",
    });
    expect(await json<unknown>("/api/v0/modules/cy/gone")).toMatchObject({
      yanked: true,
      yanked_reason: null,
    });
  });
});

describe("what is not here is a 404 that says so in JSON:", () => {
  const paths = [
    "modules/no/such",
    "modules/ann",
    "modules/ann/json@9.9.9",
    "modules/ann/json@latest",
    "modules/%2e%2e%2f%2e%2e%2fetc",
    "modules/%ff",
    "modules/ann%00/json",
    "modules/__proto__/x",
    "manifest/no/such",
    "user/nobody",
    "user/ann%2Fjson",
    "dependents/no/such",
    "resolve/no/such/*",
    "resolve/ann/json/^9.0.0",
    "resolve/ann",
    `modules/a/${"b".repeat(5_000)}`,
  ];
  for (const path of paths) {
    test(path.slice(0, 40), async () => {
      const response = await ask(`/api/v0/${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: "not-found", message: expect.any(String) },
      });
    });
  }
});

describe("search", () => {
  test("has all that `moon search` reads", async () => {
    const response = await ask("/api/v0/search?kw=json&limit=2");
    expect(await response.json()).toEqual([
      {
        name: "ann/json",
        version: "1.2.0",
        description: "Reads and writes JSON.",
        keywords: ["json"],
        license: "Apache-2.0",
        repository: "https://git.example/ann/json",
        created_at: "2024-05-01T00:00:00.123Z",
        is_new: false,
        downloads: 0,
      },
      {
        name: "bob/http",
        version: "0.1.0",
        description: "json server",
        is_new: false,
        downloads: 0,
      },
    ]);
    expect(response.headers.get("x-total-count")).toBe("2");
  });

  test("takes words, filters and pages", async () => {
    const names = async (query: string) =>
      (await json<Listed>(`/api/v0/search?${query}`)).map(({ name }) => name);
    expect(await names("kw=json+server")).toEqual(["bob/http"]);
    expect(await names("kw=json&owner=bob")).toEqual(["bob/http"]);
    expect(await names("kw=&license=apache-2.0")).toEqual(["ann/json"]);
    expect(await names("keyword=json")).toEqual(["ann/json"]);
    expect(await names("kw=json&limit=1&offset=1")).toEqual(["bob/http"]);
    expect(await names("kw=zzzzzz")).toEqual([]);
    expect(await names("sort=name&limit=1")).toEqual(["CAIMEOX/原来可以发中文包"]);
    expect(await names("kw=gone")).toEqual([]);
  });

  test("refuses what it cannot read", async () => {
    for (const query of ["limit=-1", "limit=ten", "offset=1e9", "offset=99999999", "sort=stars"]) {
      expect((await ask(`/api/v0/search?kw=json&${query}`)).status).toBe(400);
    }
  });
});

describe("modules", () => {
  test("are listed by name, without what was yanked whole", async () => {
    const modules = await json<Listed>("/api/v0/modules");
    expect(modules.map(({ name }) => name)).toEqual([
      "CAIMEOX/原来可以发中文包",
      "ann/json",
      "bob/http",
      "moonbitlang/lex/runtime",
      "new/fresh",
    ]);
    expect(modules[0]).toEqual({
      name: "CAIMEOX/原来可以发中文包",
      version: "0.1.2+3",
      is_new: false,
      downloads: 0,
    });
    expect(modules[4]).toMatchObject({ is_new: true });
  });

  test("come in three lists", async () => {
    const lists = await json<object>("/api/v0/modules?recent=1&new=1&popular=1");
    expect(lists).toMatchObject({
      recent: [{ name: "new/fresh" }],
      new: [{ name: "new/fresh" }],
      popular: [{ name: "ann/json" }],
    });
    expect(await json<unknown>("/api/v0/modules?popular=0")).toEqual({ popular: [] });
    expect((await ask("/api/v0/modules?new=x")).status).toBe(400);
  });

  test("are counted; what nobody knows is null", async () => {
    expect(await json<unknown>("/api/v0/modules/statistics")).toEqual({
      total_modules: 5,
      total_versions: 8,
      total_owners: 5,
      total_packages: null,
      total_lines: null,
      total_downloads: 0,
    });
  });
});

test("a user has modules, with what was yanked", async () => {
  expect(await json<unknown>("/api/v0/user/ann")).toEqual({
    username: "ann",
    modules: [{ name: "ann/json", version: "1.2.0", yanked: false, yanked_reason: null }],
  });
  expect(await json<unknown>("/api/v0/user/cy")).toMatchObject({
    modules: [{ name: "cy/gone", yanked: true }],
  });
});

test("dependents", async () => {
  expect(await json<unknown>("/api/v0/dependents/ann/json")).toEqual({
    module: "ann/json",
    dependents: [{ module: "bob/http", version: "0.1.0", requires: "1.0.0" }],
  });
});

describe("a range is resolved", () => {
  test("to a version, its archive and its checksum", async () => {
    expect(await json<unknown>("/api/v0/resolve/ann/json/^1.0.0")).toEqual({
      module: "ann/json",
      specifier: "^1.0.0",
      version: "1.2.0",
      yanked: false,
      yanked_reason: null,
      checksum: "b".repeat(64),
      archive_url: "https://registry.example/user/ann%2Fjson%2F1.2.0.zip",
      repository: "https://git.example/ann/json",
      dependencies: [],
    });
  });

  const rows: readonly (readonly [path: string, version: string])[] = [
    ["ann/json", "1.2.0"],
    ["ann/json/*", "1.2.0"],
    ["ann/json/1.3.0", "1.3.0"],
    ["ann/json/%3E%3D1.0.0%20%3C1.2.0", "1.0.0"],
    ["ann/json/2.0.0-rc.1+b7", "2.0.0-rc.1+b7"],
    ["moonbitlang/lex/runtime/0.x", "0.1.0"],
    ["moonbitlang/lex/runtime", "0.1.0"],
  ];
  for (const [path, version] of rows) {
    test(path, async () =>
      expect(await json<unknown>(`/api/v0/resolve/${path}`)).toMatchObject({ version }),
    );
  }

  test("or refused with what is wrong with it", async () => {
    const response = await ask("/api/v0/resolve/ann/json/v1.0.0");
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      error: { code: "invalid", hint: "write `1.0.0`" },
    });
  });
});

describe("an answer stands until the index moves:", () => {
  const paths = [
    "search?kw=json",
    "modules",
    "modules?new=1",
    "modules/statistics",
    "modules/ann/json",
    "manifest/ann/json",
    "user/ann",
    "dependents/ann/json",
    "resolve/ann/json/*",
  ];
  for (const path of paths) {
    test(path, async () => {
      const server = createServer();
      const first = await server.ask(`/api/v0/${path}`);
      const etag = first.headers.get("etag")!;
      expect(etag).toMatch(/^"[0-9a-f]{40,}/);
      const headers = { "if-none-match": etag };
      const second = await server.ask(`/api/v0/${path}`, headers);
      expect(second.status).toBe(304);
      expect(await second.text()).toBe("");
      server.branch.set([...LINES, { name: "zed/z", version: "1.0.0" }]);
      expect((await server.ask(`/api/v0/${path}`, headers)).status).toBe(200);
    });
  }
});

test.each(["modules/ann/json", "manifest/ann/json", "resolve/ann/json/*"])(
  "an answer with addresses in it is another when the server is reached otherwise: %s",
  async (path) => {
    let base = "http://127.0.0.1:8080";
    const server = createServer(LINES, () => base);
    const etag = (await server.ask(`/api/v0/${path}`)).headers.get("etag")!;
    base = "https://new.example";
    const again = await server.ask(`/api/v0/${path}`, { "if-none-match": etag });
    expect(again.status).toBe(200);
    expect(await again.text()).toContain('"archive_url":"https://new.example/');
  },
);

test("what is not here is a 404 for those, too, who know an ETag", async () => {
  const etag = (await ask("/api/v0/dependents/ann/json")).headers.get("etag")!;
  for (const path of ["modules/no/such", "dependents/no/such", "user/nobody", "resolve/no/such"]) {
    for (const known of [etag, "*"]) {
      expect((await ask(`/api/v0/${path}`, { "if-none-match": known })).status).toBe(404);
    }
  }
});

test("downloads are counted, and a count that moved is a new answer", async () => {
  const server = createServer();
  const { headers } = await server.ask("/api/v0/modules/ann/json");
  server.downloads.count("ann/json", "1.2.0");
  server.downloads.count("ann/json", "1.0.0");
  const known = { "if-none-match": headers.get("etag")! };
  expect((await server.ask("/api/v0/modules/ann/json", known)).status).toBe(200);
  expect(await server.json<unknown>("/api/v0/modules/ann/json")).toMatchObject({ downloads: 2 });
  expect(await server.json<unknown>("/api/v0/search?kw=json&limit=1")).toMatchObject([
    { name: "ann/json", downloads: 2 },
  ]);
  expect(await server.json<unknown>("/api/v0/modules/statistics")).toMatchObject({
    total_downloads: 2,
  });
});

test("an empty registry answers", async () => {
  const empty = createServer([]);
  expect(await empty.json<unknown>("/api/v0/modules")).toEqual([]);
  expect(await empty.json<unknown>("/api/v0/search?kw=x")).toEqual([]);
  expect((await empty.ask("/api/v0/modules/a/b")).status).toBe(404);
});
