import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  forgetPackages,
  getSetting,
  listSettings,
  rememberPackages,
  setSetting,
  settingLine,
} from "../../src/config/settings.ts";
import { Failure } from "../../src/errors.ts";
import { tempDirectory } from "../support/temp.ts";

function registry(text: string): string {
  const file = join(tempDirectory(), "registry.toml");
  writeFileSync(file, text);
  return file;
}

const SOURCE = '[[sources]]\nname = "a.b"\nurl = "https://a.example"\n';

/** The message and hint of what is thrown. */
function refusal(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.message} | ${error.hint}`;
    throw error;
  }
  throw new Error("it was taken");
}

describe("listSettings", () => {
  test("gives every key, and says which are not written", () => {
    const settings = listSettings(registry(`[server]\nport = 1\n${SOURCE}`));
    expect(settings.map(settingLine)).toEqual([
      "default_source =",
      'registry.name = "registry"',
      'registry.data_dir = "./data"',
      "mirror.packages = []",
      "mirror.auto_sync = false",
      'mirror.sync_interval = "1h"',
      "mirror.concurrency = 80",
      'server.host = "127.0.0.1"',
      "server.port = 1",
      'server.base_url = ""',
      "server.upstream_fallback = true",
      'server.dist_dir = "./dist"',
      "server.require_read_token = false",
      'policy.min_age = ""',
      "policy.allow = []",
      "policy.block = []",
      'git.remote_url = ""',
      'git.branch = "main"',
      "git.auto_push = false",
      "knitpkg.verify_commits = true",
      "knitpkg.hosts = []",
      'knitpkg.login_redirect = "http://localhost:8789/callback"',
      'sources.a.b.type = "custom"',
      'sources.a.b.url = "https://a.example"',
      'sources.a.b.index_url = "https://a.example/git/index"',
      'sources.a.b.index_type = "git"',
      'sources.a.b.download_url = "https://a.example"',
      "sources.a.b.enabled = true",
      "sources.a.b.priority = 50",
      'sources.a.b.timeout = "30s"',
    ]);
    const written = settings.filter(({ isDefault }) => !isDefault).map(({ key }) => key);
    expect(written).toEqual(["server.port", "sources.a.b.url"]);
  });

  test("shows no secret", () => {
    const auth = (token: string) =>
      `${SOURCE}[sources.auth]\ntype = "bearer"\ntoken = "${token}"\n`;
    const value = (file: string) => getSetting(file, "sources.a.b.auth.token").value;
    expect(value(registry(auth("hunter2")))).toBe("***");
    expect(value(registry(auth(`\${TOKEN}`)))).toBe(`\${TOKEN}`);
  });
});

describe("setSetting", () => {
  const cases: [key: string, word: string, line: string][] = [
    ["server.port", "9000", "port = 9000"],
    ["server.upstream_fallback", "false", "upstream_fallback = false"],
    ["registry.name", "true", 'name = "true"'],
    ["mirror.packages", "a/*, {b,c}/*", 'packages = ["a/*", "{b,c}/*"]'],
    ["mirror.packages", '["a/*", "{b,c}/*"]', 'packages = ["a/*", "{b,c}/*"]'],
    ["mirror.packages", "", "packages = []"],
    ["default_source", "a.b", 'default_source = "a.b"'],
    ["sources.a.b.priority", "3", "priority = 3"],
  ];
  for (const [key, word, line] of cases) {
    test(`writes ${key} ${word}`, () => {
      const file = registry(`# kept\n\n${SOURCE}`);
      setSetting(file, key, word);
      expect(readFileSync(file, "utf8").split("\n")).toContain(line);
      expect(readFileSync(file, "utf8")).toStartWith("# kept\n");
    });
  }

  const refused: [key: string, word: string, refusal: string][] = [
    ["server.prot", "1", "usage: unknown setting server.prot | did you mean `server.port`?"],
    ["server.port", "abc", 'usage: server.port takes a whole number, not "abc"'],
    ["server.port", "70000", "usage: server.port must be from 0 to 65535, not 70000"],
    ["mirror.auto_sync", "yes", 'usage: mirror.auto_sync takes true or false, not "yes"'],
    ["mirror.auto_sync", "toString", "usage: mirror.auto_sync takes true or false"],
    ["mirror.packages", "[1]", "usage: mirror.packages takes "],
    ["mirror.sync_interval", "1x", "usage: mirror.sync_interval must be a time"],
    ["default_source", "a.c", "not-found: there is no source a.c | did you mean a.b?"],
    ["sources.a.b.name", "x", "usage: sources.a.b.name cannot be set | a source keeps its name"],
    ["sources.a.b.toString", "x", "usage: sources.a.b.toString cannot be set"],
    ["sources.a.b.auth.token", "x", "usage: credentials are not set from a command line"],
    ["git.remote_url", "https://hunter2@h/x", "usage: git.remote_url must hold no credentials"],
    ["git.remote_url", "git@h:a/b.git", "usage: git.remote_url must be an http or https URL"],
    ["git.remote_url", "ssh://me:hunter2@h/x", "usage: git.remote_url must be an http or https"],
    ["sources.zzzzzzz.url", "x", "not-found: there is no source zzzzzzz"],
  ];
  for (const [key, word, expected] of refused) {
    test(`refuses ${key} ${word}, and writes nothing`, () => {
      const file = registry(SOURCE);
      const said = refusal(() => setSetting(file, key, word));
      expect(said).toStartWith(expected);
      expect(said).not.toContain("hunter2");
      expect(readFileSync(file, "utf8")).toBe(SOURCE);
    });
  }

  test("touches no broken file", () => {
    const file = registry("[server\n");
    expect(refusal(() => setSetting(file, "server.port", "1"))).toStartWith(`config: ${file}:1: `);
    expect(readFileSync(file, "utf8")).toBe("[server\n");
  });
});

test("forgetPackages takes out what is there, and touches nothing else", () => {
  const text = '[mirror]\npackages = ["a/*", "b/*"] # ours\n';
  const file = registry(text);
  expect(forgetPackages(file, ["c/*"])).toEqual([]);
  expect(readFileSync(file, "utf8")).toBe(text);
  expect(forgetPackages(file, ["b/*", "c/*"])).toEqual(["b/*"]);
  expect(getSetting(file, "mirror.packages").value).toEqual(["a/*"]);
});

test("rememberPackages adds what is new, once", () => {
  const file = registry('[mirror]\npackages = ["a/*"]\n');
  expect(rememberPackages(file, ["b/*", "a/*", "b/*"])).toEqual(["b/*"]);
  expect(getSetting(file, "mirror.packages").value).toEqual(["a/*", "b/*"]);
});

describe("a change", () => {
  const LOCK = ".registry.toml.lock";

  test("leaves an empty lock beside the file it changes, also behind a link", () => {
    const real = registry("");
    const link = join(tempDirectory(), "registry.toml");
    symlinkSync(real, link);
    setSetting(link, "server.port", "7");
    expect(readFileSync(join(dirname(real), LOCK), "utf8")).toBe("");
    expect(readdirSync(dirname(link))).toEqual(["registry.toml"]);
  });

  test("that changes nothing or cannot be done writes nothing at all", () => {
    const file = registry("[server]\nport = 7\n");
    setSetting(file, "server.port", "7");
    expect(() => setSetting(file, "server.port", "x")).toThrow("whole number");
    expect(readdirSync(dirname(file))).toEqual(["registry.toml"]);
  });

  test("says what is in the way of its lock", () => {
    const file = registry("");
    mkdirSync(join(dirname(file), LOCK));
    expect(refusal(() => setSetting(file, "server.port", "7"))).toMatch(
      /^io: cannot lock .*\.registry\.toml\.lock: .* \| ./,
    );
    expect(readFileSync(file, "utf8")).toBe("");
  });
});
