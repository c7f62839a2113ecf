import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setUpClient, undoClient } from "../../src/registry/mod.ts";
import type { ClientForm } from "../../src/registry/setup-client.ts";
import { tempDirectory } from "../support/temp.ts";

const URL = "http://reg.example:8080";

function home(config?: string) {
  const moonHome = tempDirectory("moon");
  const file = join(moonHome, "config.json");
  if (config !== undefined) writeFileSync(file, config);
  return {
    moonHome,
    file,
    text: () => readFileSync(file, "utf8"),
    setUp: (form: ClientForm = "one", keepApi = false, url = URL) =>
      setUpClient({ moonHome, url, form, keepApi }),
  };
}

const ONE = { registry: URL, index: `${URL}/git/index`, symbols: `${URL}/symbols.zip` };

describe("setting a client up", () => {
  test("writes the form that every client reads", async () => {
    const each = home();
    await each.setUp();
    expect(JSON.parse(each.text())).toEqual(ONE);
  });

  test("writes the split form, and takes the keys of the other one out", async () => {
    const each = home();
    await each.setUp();
    await each.setUp("split");
    expect(JSON.parse(each.text())).toEqual({ download: URL, index: `${URL}/git/index`, api: URL });
    await each.setUp("one");
    expect(JSON.parse(each.text())).toEqual(ONE);
  });

  test("leaves searching and publishing where they were", async () => {
    const fresh = home();
    await fresh.setUp("one", false, "http://other.example");
    await fresh.setUp("split", true);
    expect(JSON.parse(fresh.text())).toMatchObject({ download: URL, api: "https://mooncakes.io" });
    const own = home('{"registry": "https://mirror.example", "index": "x"}');
    await own.setUp("split", true);
    expect(JSON.parse(own.text())).toMatchObject({ download: URL, api: "https://mirror.example" });
  });

  test("keeps what else is in the file: other settings, comments, trailing commas", async () => {
    const before = '{\n  // mine\n  "other": [1, 2,],\n  "registry": "http://old",\n}\n';
    const each = home(before);
    await each.setUp();
    expect(each.text()).toContain("// mine");
    expect(each.text()).toContain('"other": [1, 2,]');
    expect(each.text()).toContain(`"registry": "${URL}"`);
    expect(each.text()).not.toContain("http://old");
  });

  test("is undone to the byte, also when it was done twice", async () => {
    const before = '{ "registry":"http://old" , "index": "http://old/i" } ';
    const each = home(before);
    await each.setUp();
    await each.setUp("split", true);
    expect(await undoClient(each.moonHome)).toEqual({ file: each.file, removed: false });
    expect(each.text()).toBe(before);
    expect(readdirSync(each.moonHome)).toEqual(["config.json"]);
  });

  test("is undone to what was written by hand between two runs", async () => {
    const official = "https://mooncakes.io";
    for (const anew of [
      '{"registry": "http://mine.example", "index": "http://mine.example/i"} // mine',
      JSON.stringify({ registry: official, index: `${official}/git/index` }),
      JSON.stringify({
        registry: official,
        index: `${official}/git/index`,
        symbols: `${official}/symbols.zip`,
      }),
      "{}",
    ]) {
      const each = home('{"registry": "http://first.example"}');
      await each.setUp();
      writeFileSync(each.file, anew);
      await each.setUp("split", true);
      await each.setUp("one", false, "http://other.example");
      await undoClient(each.moonHome);
      expect(each.text()).toBe(anew);
    }
  });

  test("is undone to the first file also when other settings were added meanwhile", async () => {
    const before = '{"registry": "http://first.example"}';
    const each = home(before);
    await each.setUp("split", true);
    writeFileSync(each.file, JSON.stringify({ ...JSON.parse(each.text()), other: 1 }));
    await each.setUp();
    await undoClient(each.moonHome);
    expect(each.text()).toBe(before);
  });

  test("is undone to nothing where there was nothing", async () => {
    const each = home();
    const nested = join(each.moonHome, "not", "there");
    await setUpClient({ moonHome: nested, url: URL, form: "one", keepApi: false });
    expect(await undoClient(nested)).toMatchObject({ removed: true });
    expect(readdirSync(nested)).toEqual([]);
    await expect(undoClient(nested)).rejects.toMatchObject({ code: "not-found" });
  });

  test("leaves a file alone that it does not understand", async () => {
    for (const text of ["{", "[]", "null", '"x"', '{"a" 1}']) {
      const each = home(text);
      await expect(each.setUp()).rejects.toMatchObject({ code: "config" });
      expect(each.text()).toBe(text);
      expect(existsSync(`${each.file}.before-moonbit-registry`)).toBe(false);
    }
  });

  test("names the place that it cannot use", async () => {
    const each = home();
    mkdirSync(each.file);
    await expect(each.setUp()).rejects.toMatchObject({ code: "io" });
  });
});
