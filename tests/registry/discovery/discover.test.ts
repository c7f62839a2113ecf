import { describe, expect, test } from "bun:test";
import { Failure } from "../../../src/errors.ts";
import { openObjectDatabase } from "../../../src/git/mod.ts";
import { openSnapshot, type Snapshot } from "../../../src/index/mod.ts";
import { followDiscovery } from "../../../src/registry/discovery/discover.ts";
import type { SearchQuery } from "../../../src/registry/discovery/search-index.ts";
import { words } from "../../../src/registry/discovery/search-index.ts";
import { git, realIndexBundle, realIndexRepository } from "../../support/git.ts";
import { createBranch, type Line } from "../../support/snapshot.ts";

const LINES: readonly Line[] = [
  { name: "ann/json", version: "1.0.0", created_at: "2024-01-01T00:00:00Z", license: "MIT" },
  {
    name: "ann/json",
    version: "1.2.0",
    created_at: "2024-05-01T00:00:00Z",
    license: "Apache-2.0",
    description: "Reads and writes JSON.",
    keywords: ["json", "parser"],
    repository: "https://git.example/ann/json",
  },
  { name: "ann/json", version: "2.0.0-rc.1", created_at: "2024-06-01T00:00:00Z" },
  {
    name: "ann/json",
    version: "1.3.0",
    created_at: "2024-05-02T00:00:00Z",
    yanked: true,
    yanked_reason: "broken",
  },
  {
    name: "bob/http",
    version: "0.1.0",
    created_at: "2024-07-01T00:00:00Z",
    deps: { "ann/json": "1.0.0" },
    description: "An HTTP server that speaks json",
    license: "apache-2.0",
  },
  { name: "bob/jsonpath", version: "0.2.0", deps: { "ann/json": "1.2.0", "bob/http": "0.1.0" } },
  { name: "bob/old", version: "1.0.0", deps: { "ann/json": "1.0.0" } },
  { name: "bob/old", version: "1.1.0" },
  { name: "cy/gone", version: "1.0.0", yanked: true, yanked_reason: "name taken" },
  { name: "cy/lex/runtime", version: "0.1.0-alpha", "bin-deps": { "ann/json": "1.0.0" } },
  { name: "CAIMEOX/原来可以发中文包", version: "0.1.0", description: "中文" },
];

const discover = (lines: readonly Line[] = LINES) => {
  const branch = createBranch(lines);
  return followDiscovery(branch.snapshot, branch.readBlob)();
};
const names = (records: readonly { module: string }[]) => records.map(({ module }) => module);

describe("a module's latest version", () => {
  test("is the newest release that was not yanked", async () => {
    const { module } = await discover();
    expect(module("ann/json")).toMatchObject({
      owner: "ann",
      latest: "1.2.0",
      yanked: false,
      versions: 4,
      metadata: { description: "Reads and writes JSON.", license: "Apache-2.0" },
      firstAt: Date.parse("2024-01-01T00:00:00Z"),
      lastAt: Date.parse("2024-06-01T00:00:00Z"),
    });
  });

  test("is a pre-release when there is nothing else", async () => {
    const { module } = await discover();
    expect(module("cy/lex/runtime")).toMatchObject({ latest: "0.1.0-alpha", owner: "cy" });
  });

  test("is the newest of all when all were yanked", async () => {
    const { module } = await discover();
    expect(module("cy/gone")).toMatchObject({ latest: "1.0.0", yanked: true });
  });
});

test("versions are the newest first, with what was yanked", async () => {
  const { versions } = await discover();
  expect(versions("ann/json").map(({ entry }) => [entry.version, entry.yanked])).toEqual([
    ["2.0.0-rc.1", undefined],
    ["1.3.0", "broken"],
    ["1.2.0", undefined],
    ["1.0.0", undefined],
  ]);
  expect(versions("no/such")).toEqual([]);
});

test("lists, owners and counts leave out what was yanked whole", async () => {
  const discovery = await discover();
  expect(names(discovery.modules)).toEqual([
    "CAIMEOX/原来可以发中文包",
    "ann/json",
    "bob/http",
    "bob/jsonpath",
    "bob/old",
    "cy/lex/runtime",
  ]);
  expect(names(discovery.ownedBy("cy"))).toEqual(["cy/gone", "cy/lex/runtime"]);
  expect(discovery.ownedBy("nobody")).toEqual([]);
  expect({ ...discovery.statistics }).toEqual({ modules: 6, versions: 10, owners: 4 });
});

test("dependents are those whose latest version needs a module", async () => {
  const { dependents } = await discover();
  expect(dependents("ann/json")).toEqual([
    { module: "bob/http", version: "0.1.0", requires: "1.0.0" },
    { module: "bob/jsonpath", version: "0.2.0", requires: "1.2.0" },
    { module: "cy/lex/runtime", version: "0.1.0-alpha", requires: "1.0.0" },
  ]);
  expect(dependents("bob/old")).toEqual([]);
  expect(dependents("no/such")).toEqual([]);
});

test("a module that needs another twice is one dependent", async () => {
  const twice = { deps: { "a/b": "1.0.0" }, "bin-deps": { "a/b": "1.1.0" } };
  const { dependents } = await discover([{ name: "c/d", version: "1.0.0", ...twice }]);
  expect(dependents("a/b")).toEqual([{ module: "c/d", version: "1.0.0", requires: "1.0.0" }]);
});

test("recent, new and popular modules", async () => {
  const { recent, newest, popular } = await discover();
  expect(names(recent(2))).toEqual(["bob/http", "ann/json"]);
  expect(names(newest(2))).toEqual(["bob/http", "ann/json"]);
  expect(names(popular(2))).toEqual(["ann/json", "bob/http"]);
  expect(popular(100)).toHaveLength(6);
});

describe("a search", () => {
  const found = async (query: Partial<SearchQuery>, lines = LINES) => {
    const { results } = await (await discover(lines)).search({ text: "", ...query });
    return names(results);
  };

  test("puts the exact name first, then names that begin so, then the rest", async () => {
    expect(await found({ text: "json" })).toEqual(["ann/json", "bob/jsonpath", "bob/http"]);
  });

  test("puts the exact name first, even when another is far more needed", async () => {
    const users = Array.from({ length: 50 }, (_, at) => ({
      name: `user/u${at}`,
      version: "1.0.0",
      deps: { "zed/json-tools": "1.0.0" },
    }));
    const lines = [
      { name: "zed/json-tools", version: "1.0.0", keywords: ["json"], description: "json json" },
      { name: "zed/json", version: "1.0.0" },
      ...users,
    ];
    expect((await found({ text: "JSON" }, lines)).slice(0, 2)).toEqual([
      "zed/json",
      "zed/json-tools",
    ]);
  });

  test("finds a full name, and what begins with it", async () => {
    expect((await found({ text: "bob/json" }))[0]).toBe("bob/jsonpath");
    expect((await found({ text: "bob/http" }))[0]).toBe("bob/http");
    expect((await found({ text: "cy/lex/runtime" }))[0]).toBe("cy/lex/runtime");
  });

  test("forgives a typo", async () => {
    expect(await found({ text: "jsson" })).toContain("ann/json");
    expect(await found({ text: "sever" })).toEqual(["bob/http"]);
    expect(await found({ text: "htp" })).toContain("bob/http");
    expect(await found({ text: "pasrer" })).toContain("ann/json");
  });

  test("wants all words, and takes some of them rather than nothing", async () => {
    expect(await found({ text: "json server" })).toEqual(["bob/http"]);
    expect(await found({ text: "server nonsense" })).toEqual(["bob/http"]);
  });

  test("finds by keyword, description, owner", async () => {
    expect(await found({ text: "parser" })).toEqual(["ann/json"]);
    expect(await found({ text: "speaks" })).toEqual(["bob/http"]);
    expect((await found({ text: "bob" })).sort()).toEqual(["bob/http", "bob/jsonpath", "bob/old"]);
  });

  test("finds Chinese by its letters", async () => {
    expect(await found({ text: "中文" })).toEqual(["CAIMEOX/原来可以发中文包"]);
    expect(await found({ text: "文" })).toEqual(["CAIMEOX/原来可以发中文包"]);
  });

  test("does not find what was yanked whole", async () => {
    expect(await found({ text: "gone" })).toEqual([]);
    expect(await found({ owner: "cy" })).toEqual(["cy/lex/runtime"]);
  });

  test("filters, whatever the case", async () => {
    expect((await found({ owner: "BOB" })).sort()).toEqual(["bob/http", "bob/jsonpath", "bob/old"]);
    expect(await found({ keyword: "Parser" })).toEqual(["ann/json"]);
    expect(await found({ license: "apache-2.0" })).toEqual(["ann/json", "bob/http"]);
    expect(await found({ text: "json", license: "apache-2.0", owner: "bob" })).toEqual([
      "bob/http",
    ]);
  });

  test("without words gives everything, the most needed first", async () => {
    expect((await found({})).slice(0, 2)).toEqual(["ann/json", "bob/http"]);
    expect(await found({})).toHaveLength(6);
  });

  test("sorts by name and by time when asked", async () => {
    expect(await found({ text: "json", sort: "name" })).toEqual([
      "ann/json",
      "bob/http",
      "bob/jsonpath",
    ]);
    expect((await found({ sort: "updated" })).slice(0, 2)).toEqual(["bob/http", "ann/json"]);
  });

  test("gives pages that are all of it, each once", async () => {
    const { search } = await discover();
    const pages = [0, 2, 4, 6].map((offset) =>
      search({ text: "", sort: "name", offset, limit: 2 }),
    );
    const read = await Promise.all(pages);
    expect(read.map(({ total }) => total)).toEqual([6, 6, 6, 6]);
    expect(read.flatMap(({ results }) => names(results))).toEqual(await found({ sort: "name" }));
  });

  test("takes a limit of up to 100, of which none is one", async () => {
    const { search } = await discover();
    expect(await search({ text: "", limit: 0 })).toMatchObject({ total: 6, limit: 0, results: [] });
    expect((await search({ text: "", limit: 1e9 })).limit).toBe(100);
  });

  test("takes any text", async () => {
    const texts = [
      "*",
      "a b c d e f g h i j k",
      "\u0000",
      "🦀",
      "__proto__",
      "constructor",
      "'",
      "%",
    ];
    for (const text of [...texts, "x".repeat(100_000), "a ".repeat(50_000)]) {
      await found({ text });
    }
  });
});

test("words are small, without marks, with the parts of compound names", () => {
  expect(words("Hello, WORLD!")).toEqual(["hello", "world"]);
  expect(words("parser-combinator_2")).toEqual(["parser", "combinator", "2"]);
  expect(words("NetworkX")).toEqual(["networkx", "network", "x"]);
  expect(words("HTTPServer")).toEqual(["httpserver", "http", "server"]);
  expect(words("中文包js")).toEqual(["中", "文", "包", "js"]);
  expect(words("ＪＳＯＮ")).toEqual(["json"]);
  expect(words("")).toEqual([]);
});

describe("a range", () => {
  test("is resolved to a version", async () => {
    const { resolve } = await discover();
    expect(resolve("ann/json", "^1.0.0").entry.version).toBe("1.2.0");
    expect(resolve("ann/json", "*").entry.version).toBe("1.2.0");
    expect(resolve("ann/json", "1.3.0").entry.version).toBe("1.3.0");
    expect(resolve("ann/json", ">=2.0.0-rc.0").entry.version).toBe("2.0.0-rc.1");
  });

  const failure = async (module: string, range: string) => {
    const { resolve } = await discover();
    try {
      resolve(module, range);
    } catch (error) {
      if (error instanceof Failure) return error;
    }
    throw new Error("did not fail");
  };

  test("of an unknown module, or without a match, says so", async () => {
    expect(await failure("no/such", "*")).toMatchObject({ code: "not-found" });
    expect((await failure("such", "*")).hint).toContain("OWNER/NAME");
    const none = await failure("ann/json", "^9.0.0");
    expect(none).toMatchObject({ code: "not-found" });
    expect(none.message).toBe("no version of ann/json matches ^9.0.0");
    expect(none.hint).toContain("1.2.0");
    expect((await failure("cy/gone", "*")).hint).toContain("yanked");
    expect(await failure("ann/json", "latest")).toMatchObject({ code: "invalid" });
  });
});

describe("following the branch", () => {
  test("reads nothing before it is asked, and each module once", async () => {
    const branch = createBranch(LINES);
    const follow = followDiscovery(branch.snapshot, branch.readBlob);
    expect(branch.reads()).toBe(0);
    const [first, second] = await Promise.all([follow(), follow()]);
    expect(second).toBe(first!);
    expect(branch.reads()).toBe(7);
    await follow();
    expect(branch.reads()).toBe(0);
  });

  test("after a commit reads what changed, and searches what is there now", async () => {
    const branch = createBranch(LINES);
    const follow = followDiscovery(branch.snapshot, branch.readBlob);
    const before = await follow();
    await before.search({ text: "json" });
    branch.reads();
    branch.set([
      ...LINES.filter(({ name }) => name !== "bob/jsonpath"),
      { name: "bob/http", version: "0.2.0", description: "Speaks xml now" },
      { name: "dan/json", version: "1.0.0" },
    ]);
    const after = await follow();
    expect(branch.reads()).toBe(2);
    expect(after.commit).not.toBe(before.commit);
    expect(after.module("bob/http")?.latest).toBe("0.2.0");
    expect(after.module("bob/jsonpath")).toBeUndefined();
    const search = async (text: string) => names((await after.search({ text })).results).sort();
    expect(await search("json")).toEqual(["ann/json", "dan/json"]);
    expect(await search("xml")).toEqual(["bob/http"]);
    expect(after.dependents("ann/json").map(({ module }) => module)).toEqual(["cy/lex/runtime"]);
  });

  test("goes back and forth without losing anything", async () => {
    const branch = createBranch(LINES);
    const follow = followDiscovery(branch.snapshot, branch.readBlob);
    for (let turn = 0; turn < 6; turn++) {
      branch.set(turn % 2 === 0 ? LINES.slice(0, 4) : LINES);
      const { results } = await (await follow()).search({ text: "json" });
      expect(results).toHaveLength(turn % 2 === 0 ? 1 : 3);
    }
  });

  test("searches that overlap a commit each get an answer", async () => {
    const branch = createBranch(LINES);
    const follow = followDiscovery(branch.snapshot, branch.readBlob);
    const searches = Array.from({ length: 10 }, (_, at) => {
      branch.set(LINES.slice(0, 4 + (at % 5)));
      return follow().then((discovery) => discovery.search({ text: "json" }));
    });
    for (const { results } of await Promise.all(searches))
      expect(names(results)).toContain("ann/json");
  });

  test("tries again after a read that failed", async () => {
    const branch = createBranch(LINES);
    let fails = true;
    const follow = followDiscovery(branch.snapshot, (blob) => {
      if (fails) throw new Error("disk");
      return branch.readBlob(blob);
    });
    await expect(follow()).rejects.toThrow("disk");
    fails = false;
    expect((await follow()).modules).toHaveLength(6);
  });

  test("has nothing to say of a branch that is not there yet", async () => {
    const discovery = await followDiscovery(
      () => undefined,
      () => Buffer.alloc(0),
    )();
    expect(discovery.modules).toEqual([]);
    expect((await discovery.search({ text: "json" })).total).toBe(0);
    expect(() => discovery.resolve("a/b", "*")).toThrow("no module");
  });
});

test.if(realIndexBundle !== undefined)(
  "the public index: 887 modules, a query in under 5 ms",
  async () => {
    const gitdir = await realIndexRepository();
    const objects = openObjectDatabase(gitdir);
    const tip = (await git(["-C", gitdir, "rev-parse", "main"])).toString().trim();
    const snapshot: Snapshot = openSnapshot(objects, tip);
    const discovery = await followDiscovery(
      () => snapshot,
      (blob) => objects.read(blob).data,
    )();
    expect({ ...discovery.statistics }).toMatchObject({ modules: 887, versions: 6548 });
    expect(discovery.popular(1)[0]?.module).toBe("moonbitlang/x");
    const queries: readonly (readonly [string, string])[] = [
      ["moonbitlang/x", "moonbitlang/x"],
      ["regex", "hackwaly/regex"],
      ["quikcheck", "moonbitlang/quickcheck"],
      ["moonbitlang/lex/runtime", "moonbitlang/lex/runtime"],
      ["发中文", "CAIMEOX/原来可以发中文包"],
      ["parser combinator", "peter-jerry-ye/parser-combinator"],
    ];
    for (const [text, first] of queries) {
      const times: number[] = [];
      for (let round = 0; round < 9; round++) {
        const started = performance.now();
        const { results } = await discovery.search({ text });
        times.push(performance.now() - started);
        expect({ text, first: results[0]?.module }).toEqual({ text, first });
      }
      expect(times.sort((a, b) => a - b)[4]).toBeLessThan(5);
    }
  },
);
