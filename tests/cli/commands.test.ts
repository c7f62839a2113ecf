import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/cli.ts";
import { tempDirectory } from "../support/temp.ts";

/** Runs a command that must work and returns what it printed. */
async function ok(cwd: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args, { cwd });
  expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
  return stdout;
}

async function registry(): Promise<string> {
  const dir = tempDirectory("cli");
  await ok(dir, "init");
  return dir;
}

const toml = (dir: string) => readFileSync(join(dir, "registry.toml"), "utf8");

describe("init", () => {
  test("makes a registry and says what to type next", async () => {
    const dir = tempDirectory("cli");
    const { code, stdout, stderr } = await run(["init", "reg", "--name", "team"], { cwd: dir });
    expect(code).toBe(0);
    expect(stdout).toBe(`Made a registry in ${join(dir, "reg")}\n`);
    expect(stderr).toContain("cd reg\n");
    expect(stderr).toContain("source add mooncakes --from-preset mooncakes");
    expect(await ok(join(dir, "reg"), "config", "registry.name")).toBe("team\n");
  });

  test("says it so that it can be pasted, whatever the directory is called", async () => {
    const dir = tempDirectory("cli");
    const name = "a$(id) 'é";
    const word = "'a$(id) '\\''é'";
    const missing = await run(["-d", name, "status"], { cwd: dir });
    expect(missing.stderr).toContain(`moonbit-registry init ${word}\n`);
    expect((await run(["init", name], { cwd: dir })).stderr).toContain(`cd ${word}\n`);
    const again = await run(["init", name], { cwd: dir });
    expect(again.stderr).toContain(`moonbit-registry --dir ${word} status\n`);
    const key = await run(["key", "generate", "my key"], { cwd: dir });
    expect(key.stderr).toContain("`export --sign 'my key'`");
    const portable = await run(["init", "--portable", "my stick"], { cwd: dir });
    expect(portable.stderr).toContain("--dir 'my stick' source add");
  });

  test("touches no registry that is there", async () => {
    const dir = await registry();
    const before = toml(dir);
    const { code, stderr } = await run(["init"], { cwd: dir });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\nhint: {2}.*\n$/);
    expect(toml(dir)).toBe(before);
  });
});

describe("source", () => {
  test("goes from nothing to a list, as documented", async () => {
    const dir = await registry();
    const empty = await run(["source", "list"], { cwd: dir });
    expect(empty).toMatchObject({ code: 0, stdout: "No sources configured.\n" });
    expect(empty.stderr).toContain("source add mooncakes --from-preset mooncakes");
    const added = await run(["source", "add", "mooncakes", "--from-preset", "mooncakes"], {
      cwd: dir,
    });
    expect(added.stderr).toContain("source default mooncakes");
    await ok(dir, "source", "default", "mooncakes");
    await ok(dir, "source", "add", "up", "--url", "https://up.example/", "--priority=7");
    await ok(dir, "source", "disable", "up");
    expect(await ok(dir, "source", "list")).toBe(`Configured sources:

  mooncakes (default) [enabled]
    Type: mooncakes
    URL: https://mooncakes.io
    Index: https://mooncakes.io/git/index (git)
    Priority: 100

  up [disabled]
    Type: custom
    URL: https://up.example
    Index: https://up.example/git/index (git)
    Priority: 7
`);
  });

  test("is the same as data", async () => {
    const dir = await registry();
    await ok(dir, "source", "add", "up", "--url", "https://up.example", "--token-env", "T");
    const stdout = await ok(dir, "source", "list", "--json");
    expect(stdout).not.toContain("auth");
    expect(JSON.parse(stdout)).toEqual([
      {
        name: "up",
        type: "custom",
        url: "https://up.example",
        index_url: "https://up.example/git/index",
        index_type: "git",
        download_url: "https://up.example",
        enabled: true,
        priority: 50,
        default: false,
      },
    ]);
  });

  test("leaves the file as it was when a source goes again", async () => {
    const dir = await registry();
    const before = toml(dir);
    await ok(dir, "source", "add", "up", "--url", "https://up.example", "--token-env", "T");
    await ok(dir, "source", "default", "up");
    expect(toml(dir)).toContain('token = "$' + '{T}"');
    const removed = await run(["source", "remove", "up"], { cwd: dir });
    expect(removed.stderr).toContain("It was the default");
    expect(toml(dir).trimEnd()).toBe(before.trimEnd());
  });

  test("add wants one way to say where", async () => {
    const dir = await registry();
    const cases: [string[], string][] = [
      [[], "source add wants to know where the source is"],
      [
        ["--from-preset", "mooncake"],
        '--from-preset cannot be "mooncake"\nhint:  did you mean mooncakes?',
      ],
      [["--from-preset", "mooncakes", "--url", "https://a"], "--from-preset and --url exclude"],
      [["--url", "https://a", "--username", "me"], "--username and --password-env go together"],
      [["--url", "https://a", "--token-env", "T", "--username", "me"], "--token-env excludes"],
      [["--url", "https://a", "--priority", "high"], "--priority wants a whole number"],
    ];
    for (const [words, message] of cases) {
      const { code, stderr } = await run(["source", "add", "x", ...words], { cwd: dir });
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
    }
    for (const name of ["published", "A b"]) {
      const { code, stderr } = await run(["source", "add", name, "--url", "https://a"], {
        cwd: dir,
      });
      expect(code).toBe(2);
      expect(stderr).toStartWith("error: a source's name must ");
    }
  });
});

describe("config", () => {
  test("shows and changes settings, and keeps comments", async () => {
    const dir = await registry();
    writeFileSync(join(dir, "registry.toml"), "# ours\n[server]\nport = 1 # for now\n");
    expect(await ok(dir, "config", "server.port", "9000")).toBe("server.port = 9000\n");
    expect(toml(dir)).toBe("# ours\n[server]\nport = 9000 # for now\n");
    const all = await ok(dir, "config");
    expect(all).toContain("server.port = 9000\n");
    expect(all).toMatch(/^server\.host = "127\.0\.0\.1" +# default$/m);
    expect(JSON.parse(await ok(dir, "config", "--json"))).toMatchObject({
      "server.port": 9000,
      default_source: null,
    });
  });

  test("prints an array one value a line, and what is not set as nothing", async () => {
    const dir = await registry();
    await ok(dir, "config", "mirror.packages", "a/*,b/c");
    expect(await ok(dir, "config", "mirror.packages")).toBe("a/*\nb/c\n");
    expect(await ok(dir, "config", "default_source")).toBe("");
  });
});

describe("the registry is found", () => {
  test("above, or where --dir says, before the command or behind it", async () => {
    const dir = await registry();
    await ok(dir, "config", "registry.name", "found");
    const elsewhere = tempDirectory("cli");
    expect(await ok(join(dir, "data"), "config", "registry.name")).toBe("found\n");
    expect(await ok(elsewhere, "-d", dir, "config", "registry.name")).toBe("found\n");
    expect(await ok(elsewhere, "config", `--dir=${dir}`, "registry.name")).toBe("found\n");
    expect(await ok(elsewhere, "-qd", dir, "config", "registry.name")).toBe("found\n");
  });

  test("or missed, with the next step", async () => {
    const { code, stderr } = await run(["status"], { cwd: tempDirectory("cli") });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: there is no registry\.toml in .*\nhint: {2}run `moonbit-registry init DIR` or pass --dir\n$/,
    );
  });
});

describe("a broken registry.toml", () => {
  test("is named with its line, and no command writes to it", async () => {
    const dir = await registry();
    writeFileSync(join(dir, "registry.toml"), "[server]\nprot = 1\n");
    for (const args of [
      ["status"],
      ["source", "list"],
      ["config", "server.port", "1"],
      ["mirror", "a/*"],
    ]) {
      expect(await run(args, { cwd: dir })).toEqual({
        code: 1,
        stdout: "",
        stderr:
          "error: registry.toml:2: unknown key `prot` in [server]\nhint:  did you mean `port`?\n",
      });
    }
    expect(toml(dir)).toBe("[server]\nprot = 1\n");
  });
});

test("small mistakes are told as what they are, before any work", async () => {
  const dir = await registry();
  const rows: readonly (readonly [string[], number, string])[] = [
    [["mirror", "a/b@1.2.3"], 2, "a/b@1.2.3 names a version, and a mirror takes modules"],
    [["mirror", "a/b@^1"], 2, "leave the version out"],
    [["import", "x", "--require-signature", "gone.pub"], 1, "there is no file gone.pub"],
    [["import", "x", "--require-signature", "ed25519:x"], 1, "that is no public key"],
    [["verify", "--repair", "--from", "gone"], 1, "there is no bundle at gone"],
    [["init", join(dir, "registry.toml", "x")], 1, "a registry cannot be made in "],
  ];
  for (const [words, code, text] of rows) {
    const found = await run(words, { cwd: dir });
    expect({ words, code: found.code }).toEqual({ words, code });
    expect(found.stderr).toContain(text);
    expect(found.stderr).not.toContain("bug");
    expect(found.stderr).not.toContain("archives");
  }
});

test("config says that a registry whose settings say nothing of it any more stays private", async () => {
  const dir = await registry();
  const who = ["config", "server.require_read_token"];
  writeFileSync(join(dir, "registry.toml"), '[registry]\nname = "team"\n');
  writeFileSync(join(dir, "data", "private"), "");
  for (const words of [who, ["config"]]) {
    const { stdout, stderr } = await run(words, { cwd: dir });
    expect(stdout).toContain("false");
    expect(stderr).toContain("reading goes on to take a token");
  }
  await ok(dir, ...who, "false");
  expect(await ok(dir, ...who)).toBe("false\n");
});
