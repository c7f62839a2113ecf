import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig, parseConfig } from "../../src/config/load.ts";
import { Failure } from "../../src/errors.ts";
import { tempDirectory } from "../support/temp.ts";

const load = (text: string) => parseConfig(text, "registry.toml");

/** The message and hint of the failure that reading a text gives. */
function refusal(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe("config");
    return [error.message, ...(error.hint === undefined ? [] : [error.hint])].join(" | ");
  }
  throw new Error("it was taken");
}

const source = (...lines: string[]) =>
  ["[[sources]]", 'name = "up"', 'url = "https://up.example"', ...lines].join("\n");

test.each([
  'data_dir = "D:\\reg data"',
  'data_dir = "D:\\new"',
  'data_dir = "D:\\moon"',
  'data_dir = "D:\\users"',
  'data_dir = "D:\\x"',
])("a Windows path in double quotes is told to stand in single ones: %s", (line) => {
  expect(refusal(`[registry]\n${line}`)).toMatch(
    /^registry\.toml:2: .* a Windows path stands in single quotes: 'D:\\registry'$/,
  );
  expect(load(`[registry]\n${line.replaceAll('"', "'")}`).registry.name).toBe("registry");
});

describe("an empty file", () => {
  test("gives every default", () => {
    const { file, registry, ...rest } = load("");
    expect(registry.name).toBe("registry");
    expect(registry.dataDir).toBe(join(process.cwd(), "data"));
    expect(file).toBe(join(process.cwd(), "registry.toml"));
    expect(rest).toEqual({
      defaultSource: undefined,
      sources: [],
      mirror: { packages: [], autoSync: false, syncInterval: 3_600_000, concurrency: 80 },
      server: {
        host: "127.0.0.1",
        port: 8080,
        baseUrl: "",
        upstreamFallback: true,
        requireReadToken: false,
        saysWhoReads: false,
        distDir: "./dist",
      },
      policy: { minAge: 0, allow: [], block: [] },
      git: { remoteUrl: "", branch: "main", autoPush: false },
      knitpkg: {
        verifyCommits: true,
        hosts: [],
        loginRedirect: "http://localhost:8789/callback",
      },
      providers: [],
    });
  });
});

test("no message tells a secret, or what may be one", () => {
  const auth = (token: string) =>
    refusal(`${source()}\nauth = { type = "bearer", token = ${token} }`);
  expect(auth("4711")).toBe("registry.toml:4: `sources.auth.token` must be a text");
  for (const line of ['auth.token = "s3cret', 'auth . "token" = "s3cret', '"s3cret', "'s3cret"]) {
    expect(refusal(`${source()}\n${line}`)).not.toContain("s3cret");
  }
  expect(refusal(`${source()}\nauth.token = "s3cret`)).toEndWith("| the line: auth.token = …");
  expect(refusal("[server")).toEndWith("| the line: [server");
  // Nor what `-v` shows of where it came from.
  const lines = ['auth.token = "s3cret"', "enabled ="];
  try {
    load([source(), ...lines].join("\n"));
  } catch (error) {
    expect(Bun.inspect(error)).not.toContain("s3cret");
  }
});

describe("a full file", () => {
  test("gives what it says", () => {
    const config = load(`
      default_source = "partner"
      [registry]
      name = "team"
      data_dir = "/srv/data"
      [[sources]]
      name = "partner"
      type = "moonbit-registry"
      url = "https://partner.example/base/"
      index_url = "https://git.partner.example/index/"
      index_type = "http"
      download_url = "https://cdn.partner.example/"
      enabled = false
      priority = 7
      auth = { type = "basic", username = "me", password = "\${SECRET}" }
      [mirror]
      packages = ["a/*", "b/c"]
      auto_sync = true
      sync_interval = "90s"
      concurrency = 4
      [server]
      host = "0.0.0.0"
      port = 0
      base_url = "https://registry.example/"
      upstream_fallback = false
      [git]
      remote_url = "https://git.example/index.git"
      branch = "trunk"
      auto_push = true
    `);
    expect(config.defaultSource).toBe("partner");
    expect(config.registry).toEqual({ name: "team", dataDir: "/srv/data" });
    expect(config.sources).toEqual([
      {
        name: "partner",
        type: "moonbit-registry",
        url: "https://partner.example/base",
        indexUrl: "https://git.partner.example/index",
        indexType: "http",
        downloadUrl: "https://cdn.partner.example",
        enabled: false,
        priority: 7,
        auth: { type: "basic", username: "me", password: `\${SECRET}` },
      },
    ]);
    expect(config.mirror.syncInterval).toBe(90_000);
    expect(config.server.baseUrl).toBe("https://registry.example");
    expect(config.git).toEqual({
      remoteUrl: "https://git.example/index.git",
      branch: "trunk",
      autoPush: true,
    });
  });
});

describe("a source", () => {
  test("takes its index and archives from its own URL unless it says otherwise", () => {
    const [up] = load(source()).sources;
    expect(up).toMatchObject({
      type: "custom",
      indexUrl: "https://up.example/git/index",
      downloadUrl: "https://up.example",
      priority: 50,
    });
  });

  test("of the public registry takes archives from its download host", () => {
    const text = '[[sources]]\nname = "m"\ntype = "mooncakes"\nurl = "https://mooncakes.io/"';
    expect(load(text).sources[0]?.downloadUrl).toBe("https://download.mooncakes.io");
  });

  test("of the same type at another address does not", () => {
    const text = '[[sources]]\nname = "m"\ntype = "mooncakes"\nurl = "https://mirror.example"';
    expect(load(text).sources[0]?.downloadUrl).toBe("https://mirror.example");
  });
});

describe("default_source", () => {
  const other = '[[sources]]\nname = "other"\nurl = "https://other.example"\n';
  const auth = '[sources.auth]\ntype = "bearer"\ntoken = "t"\n';
  const places = {
    "at the top": `default_source = "up"\n${source()}\n${other}`,
    "behind the sources": `${source()}\n${other}default_source = "up"\n`,
    "behind the first source": `${source('default_source = "up"')}\n${other}`,
    "behind a source's credentials": `${source()}\n${auth}default_source = "up"\n`,
  };
  for (const [where, text] of Object.entries(places)) {
    test(`is taken ${where}`, () => {
      const { defaultSource, sources } = load(text);
      expect(defaultSource).toBe("up");
      expect(Object.keys(sources[0]!)).not.toContain("default_source");
    });
  }

  test("must name a source", () => {
    expect(refusal(`${source()}\ndefault_source = "upp"`)).toBe(
      "registry.toml:4: `default_source` names no source: upp | the sources are: up",
    );
  });

  test("may stand once", () => {
    expect(refusal(`default_source = "up"\n${source()}\ndefault_source = "up"`)).toStartWith(
      "registry.toml:5: `default_source` is set twice",
    );
  });
});

describe("a mistake is refused with its line and the way out", () => {
  const mistakes: [name: string, text: string, refusal: string][] = [
    ["a syntax error", "[server]\nport = = 1\n", "registry.toml:2: "],
    ["an unfinished string", 'x = "abc\n', "registry.toml:1: "],
    ["a key given twice", "[server]\nport = 1\nport = 2\n", "registry.toml:3: "],
    [
      "an unknown table",
      "\n[sever]\n",
      "registry.toml:2: unknown key `sever` | did you mean `server`?",
    ],
    [
      "an unknown key",
      "[server]\n\nprot = 1\n",
      "registry.toml:3: unknown key `prot` in [server] | did you mean `port`?",
    ],
    [
      "a key like none",
      "[git]\nzzzzzzz = 1\n",
      "registry.toml:2: unknown key `zzzzzzz` in [git] | known are: remote_url, branch, auto_push",
    ],
    [
      "a remote over SSH",
      '[git]\nremote_url = "git@git.example:index.git"\n',
      'registry.toml:2: `git.remote_url` must be an http or https URL, not "git@git.example:index.git"',
    ],
    [
      "a remote with credentials",
      '[git]\nremote_url = "https://me:hunter2@git.example/x"\n',
      "registry.toml:2: `git.remote_url` must hold no credentials; they go into [git.auth]",
    ],
    [
      "an unknown key of a source",
      source("", "prority = 1"),
      "registry.toml:5: unknown key `prority` in [[sources]] | did you mean `priority`?",
    ],
    [
      "an unknown key of credentials",
      source("[sources.auth]", 'tokn = "x"'),
      "registry.toml:5: unknown key `tokn` in [sources.auth] | did you mean `token`?",
    ],
    [
      "a key that objects have",
      "[server]\ntoString = 1",
      "registry.toml:2: unknown key `toString` in [server]",
    ],
    [
      "a key that would reach the prototype",
      "[server]\n__proto__ = 1",
      "registry.toml:2: unknown key `__proto__`",
    ],
    [
      "text for a number",
      '[server]\nport = "80"\n',
      'registry.toml:2: `server.port` must be a whole number, not the text "80"',
    ],
    [
      "a fraction",
      "[server]\nport = 80.5\n",
      "registry.toml:2: `server.port` must be a whole number, not 80.5",
    ],
    [
      "a port out of range",
      "[server]\nport = 65536\n",
      "registry.toml:2: `server.port` must be from 0 to 65535, not 65536",
    ],
    [
      "no downloads at a time",
      "[mirror]\nconcurrency = 0\n",
      "registry.toml:2: `mirror.concurrency` must be from 1 to 256",
    ],
    [
      "text for a switch",
      '[mirror]\nauto_sync = "yes"\n',
      'registry.toml:2: `mirror.auto_sync` must be true or false, not the text "yes"',
    ],
    [
      "a number among patterns",
      "[mirror]\npackages = ['a', 1]\n",
      "registry.toml:2: `mirror.packages` must be an array of texts, not an array",
    ],
    [
      "an empty pattern",
      "[mirror]\npackages = ['']\n",
      "registry.toml:2: `mirror.packages` must hold no empty text",
    ],
    [
      "a date",
      "[registry]\nname = 2020-01-01\n",
      "registry.toml:2: `registry.name` must be a text, not a date",
    ],
    [
      "a table for a value",
      "[registry.name]\nx = 1\n",
      "registry.toml:1: `registry.name` must be a text, not a table",
    ],
    ["a value for a table", "server = 1\n", "registry.toml:1: `server` must be a table, not 1"],
    [
      "a single table for sources",
      '[sources]\nname = "x"\n',
      "registry.toml:1: `sources` must be written as [[sources]] tables",
    ],
    [
      "an interval of nothing",
      '[mirror]\nsync_interval = "0m"\n',
      'registry.toml:2: `mirror.sync_interval` must be a time such as "90s", "30m", "1h" or "1d", not "0m"',
    ],
    [
      "an unknown unit",
      '[mirror]\nsync_interval = "1x"\n',
      "registry.toml:2: `mirror.sync_interval` must be a time",
    ],
    [
      "no URL",
      '[[sources]]\nname = "a"\nurl = "nowhere"\n',
      'registry.toml:3: `sources.url` must be an http or https URL, not "nowhere"',
    ],
    [
      "a URL of another kind",
      '[[sources]]\nname = "a"\nurl = "ftp://a"\n',
      "registry.toml:3: `sources.url` must be an http or https URL",
    ],
    [
      "a URL with a query",
      '[[sources]]\nname = "a"\nurl = "https://a/?x"\n',
      "registry.toml:3: `sources.url` must have no ? and no #",
    ],
    [
      "a source without a URL",
      '\n[[sources]]\nname = "a"\n',
      "registry.toml:2: a [[sources]] table has no `url`",
    ],
    [
      "a source without a name",
      '[[sources]]\nurl = "https://a"\n',
      "registry.toml:1: a [[sources]] table has no `name`",
    ],
    [
      "two sources of a name",
      `${source()}\n${source()}`,
      "registry.toml:5: there is a source `up` above already",
    ],
    [
      "an unknown type",
      source('type = "mooncake"'),
      'registry.toml:4: `sources.type` must be "mooncakes", "moonbit-registry" or "custom", not "mooncake"',
    ],
    [
      "a token for basic",
      source('auth = { type = "basic", token = "x" }'),
      'registry.toml:4: `token` does not go with type "basic"',
    ],
    [
      "a password for bearer",
      source("[sources.auth]", 'type = "bearer"', 'password = "x"'),
      'registry.toml:6: `password` does not go with type "bearer"',
    ],
    [
      "credentials without a token",
      source("[sources.auth]", 'type = "bearer"'),
      "registry.toml:4: a [sources.auth] table has no `token`",
    ],
  ];
  for (const [name, text, expected] of mistakes) {
    test(name, () => {
      expect(refusal(text)).toStartWith(expected);
    });
  }

  test("credentials in a URL, without showing them", () => {
    const message = refusal('[[sources]]\nname = "a"\nurl = "https://me:hunter2@a.example"\n');
    expect(message).toStartWith("registry.toml:3: `sources.url` must hold no credentials");
    expect(message).not.toContain("hunter2");
  });

  test("a source's name that cannot be a Git ref or a file", () => {
    const bad = [
      "",
      "Up",
      "a b",
      "a/b",
      ".a",
      "-a",
      "a..b",
      "a.",
      "a.lock",
      "ü",
      "con",
      "a".repeat(65),
    ];
    for (const name of bad) {
      const text = `[[sources]]\nname = ${JSON.stringify(name)}\nurl = "https://a"\n`;
      expect(refusal(text)).toStartWith("registry.toml:2: `sources.name` must ");
    }
    for (const name of ["a", "0", "a.b-c_d", "console", "a".repeat(64)]) {
      expect(load(`[[sources]]\nname = "${name}"\nurl = "https://a"`).sources[0]?.name).toBe(name);
    }
  });
});

describe("the file itself", () => {
  test("is read with a byte order mark and Windows line ends", () => {
    const file = join(tempDirectory(), "registry.toml");
    writeFileSync(file, "\uFEFF[server]\r\nport = 1\r\n");
    const config = loadConfig(file);
    expect(config.server.port).toBe(1);
    expect(config.file).toBe(file);
  });

  test("keeps its relative paths relative to itself", () => {
    const dir = tempDirectory();
    writeFileSync(join(dir, "registry.toml"), '[registry]\ndata_dir = "../elsewhere"\n');
    expect(loadConfig(join(dir, "registry.toml")).registry.dataDir).toBe(join(dir, "../elsewhere"));
  });

  test("is missed with the next step", () => {
    const file = join(tempDirectory(), "registry.toml");
    expect(() => loadConfig(file)).toThrow(expect.objectContaining({ code: "no-registry" }));
  });

  test("is refused when it is a directory, or no text", () => {
    const dir = tempDirectory();
    mkdirSync(join(dir, "registry.toml"));
    expect(() => loadConfig(join(dir, "registry.toml"))).toThrow(
      expect.objectContaining({ code: "io" }),
    );
    writeFileSync(join(dir, "binary.toml"), new Uint8Array([0x61, 0xff, 0xfe]));
    expect(() => loadConfig(join(dir, "binary.toml"))).toThrow("is not UTF-8 text");
  });
});
