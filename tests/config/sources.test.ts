import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import {
  chooseDefaultSource,
  type NewSource,
  registerSource,
  switchSource,
  unregisterSource,
} from "../../src/config/sources.ts";
import { defaultConfigText } from "../../src/config/template.ts";
import { tempDirectory } from "../support/temp.ts";

function registry(): string {
  const file = join(tempDirectory(), "registry.toml");
  writeFileSync(file, defaultConfigText("team"));
  return file;
}

const UP: NewSource = { name: "up", from: { url: "http://127.0.0.1:9400/" } };

describe("the template", () => {
  test("says what the defaults are", () => {
    const empty = join(tempDirectory(), "registry.toml");
    writeFileSync(empty, "");
    const file = registry();
    const { registry: named, ...written } = loadConfig(file);
    const { registry: unnamed, ...defaults } = loadConfig(empty);
    const server = { ...defaults.server, saysWhoReads: true };
    expect({ ...written, file: "" }).toEqual({ ...defaults, server, file: "" });
    expect([named.name, unnamed.name]).toEqual(["team", "registry"]);
  });

  test("fits a screen", () => {
    const lines = defaultConfigText("team").split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("registerSource", () => {
  test("adds the public registry by its preset", () => {
    const file = registry();
    registerSource(file, { name: "mooncakes", from: { preset: "mooncakes" } });
    expect(loadConfig(file).sources).toEqual([
      {
        name: "mooncakes",
        type: "mooncakes",
        url: "https://mooncakes.io",
        indexUrl: "https://mooncakes.io/git/index",
        indexType: "git",
        downloadUrl: "https://download.mooncakes.io",
        enabled: true,
        priority: 100,
      },
    ]);
  });

  test("adds any other with its defaults, and is proud of none", () => {
    const file = registry();
    expect(registerSource(file, UP)).toEqual({
      name: "up",
      type: "custom",
      url: "http://127.0.0.1:9400",
      indexUrl: "http://127.0.0.1:9400/git/index",
      indexType: "git",
      downloadUrl: "http://127.0.0.1:9400",
      enabled: true,
      priority: 50,
    });
    expect(loadConfig(file).defaultSource).toBeUndefined();
  });

  test("takes what is said over what is usual", () => {
    const source = registerSource(registry(), {
      name: "m2",
      from: {
        url: "https://m.example",
        indexUrl: "https://m.example/mooncakes-index/",
        downloadUrl: "https://m.example/mooncakes-download",
      },
      type: "mooncakes",
      indexType: "http",
      priority: 0,
    });
    expect(source).toMatchObject({
      type: "mooncakes",
      indexUrl: "https://m.example/mooncakes-index",
      indexType: "http",
      downloadUrl: "https://m.example/mooncakes-download",
      priority: 0,
    });
  });

  test("writes names of variables, never secrets", () => {
    const file = registry();
    registerSource(file, { ...UP, credentials: { tokenEnv: "PARTNER_TOKEN" } });
    const basic = { username: "me", passwordEnv: "PW" };
    registerSource(file, { ...UP, name: "up2", credentials: basic });
    expect(loadConfig(file).sources.map(({ auth }) => auth)).toEqual([
      { type: "bearer", token: `\${PARTNER_TOKEN}` },
      { type: "basic", username: "me", password: `\${PW}` },
    ]);
  });

  test("does not repeat what may be a secret", () => {
    const add = () => registerSource(registry(), { ...UP, credentials: { tokenEnv: "s3cr-et" } });
    expect(add).toThrow(
      expect.objectContaining({ code: "usage", message: expect.not.stringContaining("s3cr") }),
    );
  });

  test("refuses bad words by the option they came with, and writes nothing", () => {
    const bad: [Partial<NewSource>, string][] = [
      [{ name: "UP" }, "a source's name must be of a-z"],
      [{ from: { url: "nowhere" } }, "--url must be an http or https URL"],
      [{ from: { url: "https://a", indexUrl: "x" } }, "--index-url must be"],
      [{ from: { url: "https://a", downloadUrl: "" } }, "--download-url must be"],
      [{ priority: -1 }, "--priority must be from 0"],
    ];
    for (const [change, message] of bad) {
      const file = registry();
      expect(() => registerSource(file, { ...UP, ...change })).toThrow(message);
      expect(readFileSync(file, "utf8")).toBe(defaultConfigText("team"));
    }
  });

  test("refuses a name that is taken", () => {
    const file = registry();
    registerSource(file, UP);
    expect(() => registerSource(file, UP)).toThrow(expect.objectContaining({ code: "exists" }));
  });
});

describe("a source that is there", () => {
  test("can be the default, be switched off and on, and go", () => {
    const file = registry();
    registerSource(file, UP);
    const before = readFileSync(file, "utf8");
    chooseDefaultSource(file, "up");
    expect(loadConfig(file).defaultSource).toBe("up");
    switchSource(file, "up", false);
    expect(loadConfig(file).sources[0]?.enabled).toBe(false);
    switchSource(file, "up", true);
    expect(readFileSync(file, "utf8").replace('default_source = "up"\n', "")).toBe(before);
    expect(unregisterSource(file, "up")).toEqual({ wasDefault: true });
    expect(loadConfig(file)).toMatchObject({ sources: [], defaultSource: undefined });
  });

  test("is asked for by its right name", () => {
    const file = registry();
    registerSource(file, { ...UP, name: "upstream" });
    for (const run of [chooseDefaultSource, unregisterSource]) {
      expect(() => run(file, "upstraem")).toThrow(
        expect.objectContaining({ code: "not-found", hint: "did you mean upstream?" }),
      );
    }
    expect(() => switchSource(file, "x", true)).toThrow("there is no source x");
  });
});
