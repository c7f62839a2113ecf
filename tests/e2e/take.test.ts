/** search, info, resolve, deps and get, on a registry's directory and against a server. */
import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execute, type Finished, serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { generateArchive, type SampleEntry, sampleIndex } from "../support/upstream/mod.ts";
import { createWorld, type World } from "../support/world.ts";
import { craftZip } from "../support/zip.ts";

/** A line of an index. */
function entry(module: string, version: string, fields: object = {}): SampleEntry {
  const checksum = "0".repeat(64);
  const line = JSON.stringify({ name: module, version, checksum, ...fields });
  return { module, version, checksum, line };
}

/** Every file below a directory with its bytes. */
function tree(dir: string, prefix = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const each of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, each.name);
    if (each.isDirectory()) Object.assign(found, tree(path, `${prefix}${each.name}/`));
    else found[prefix + each.name] = readFileSync(path).toString("base64");
  }
  return found;
}

/** Each command as JSON. */
const json = async (args: readonly string[], cwd: string) =>
  JSON.parse(await succeed([...args, "--json"], { cwd })) as Record<string, unknown>;

const LOCK = "moonbit-registry.lock";

describe("on a directory and against its server", () => {
  test("commands say the same", async () => {
    await using world = await createWorld();
    await succeed(["mirror", "moonbitlang/*"], { cwd: world.dir });
    await using server = await serve(world.dir);
    const elsewhere = tempDirectory("elsewhere");
    const commands = [
      ["search", "lexer", "runtime"],
      ["search", "--owner", "moonbitlang", "--limit", "3", "--offset", "1"],
      ["info", "moonbitlang/x"],
      ["info", "moonbitlang/lex/runtime@*"],
      ["info", "illusory0x0/🐫"],
      ["resolve", "moonbitlang/x@>=0.4.20 <0.4.30"],
      ["deps", "moonbitlang/yacc@0.7.10"],
      ["deps", "Yoorkin/trie", "--dependents"],
    ];
    for (const args of commands) {
      const here = await execute(args, { cwd: world.dir });
      expect({ args, code: here.code, stderr: here.stderr }).toMatchObject({ args, code: 0 });
      const there = await execute([...args, "--registry", server.url], { cwd: elsewhere });
      expect({ args, ...said(there) }).toEqual({ args, ...said(here) });
      const [local, remote] = await Promise.all([
        json(args, world.dir),
        json([...args, "--registry", `${server.url}/`], elsewhere),
      ]);
      expect(remote).toMatchObject(local);
    }
    // The variable does as well.
    const { stdout } = await execute(["resolve", "moonbitlang/x@0.4.40"], {
      cwd: elsewhere,
      env: { MOONBIT_REGISTRY_URL: server.url },
    });
    expect(stdout).toMatch(/^moonbitlang\/x@0\.4\.40 sha256:[0-9a-f]{64}\n$/);
  }, 30_000);

  test("get brings a module with all it needs, and --locked brings it again", async () => {
    await using world = await createWorld();
    await succeed(["sync"], { cwd: world.dir });
    await using server = await serve(world.dir);
    const [here, there, again] = ["here", "there", "again"].map((name) => {
      const dir = join(tempDirectory("get"), name);
      mkdirSync(dir);
      return dir;
    }) as [string, string, string];

    // Nothing is stored: the archives come from the source.
    const wanted = "moonbitlang/lex@0.3.9";
    await succeed(["get", wanted, here], { cwd: world.dir });
    await succeed(["get", wanted, there, "--registry", server.url], { cwd: here });
    expect(tree(there)).toEqual(tree(here));
    const lock = JSON.parse(readFileSync(join(here, LOCK), "utf8"));
    expect(lock.request).toEqual({ module: "moonbitlang/lex", range: "0.3.9" });
    const names = lock.modules.map(
      ({ module, version }: { module: string; version: string }) => `${module}@${version}`,
    );
    expect(names).toEqual([
      "moonbitlang/lex@0.3.9",
      "Yoorkin/ArgParser@0.2.0",
      "Yoorkin/trie@0.2.9",
      "moonbitlang/x@0.4.38",
    ]);
    for (const { module, version, checksum } of lock.modules) {
      expect(existsSync(join(here, `${module}@${version}`, "moon.mod.json"))).toBe(true);
      const archive = world.archive(module, version)!;
      expect(checksum).toBe(Bun.SHA256.hash(archive, "hex"));
    }

    // Newer versions come, and what is locked is yanked.
    const yanked = world.entries.map((each) =>
      each.module === "moonbitlang/x" && each.version === "0.4.38"
        ? { ...each, line: each.line.replace("{", '{"yanked": true, ') }
        : each,
    );
    const newer = entry("moonbitlang/lex", "0.9.0", {});
    await world.publish([...yanked, newer]);
    await succeed(["sync"], { cwd: world.dir });
    expect(await json(["info", "moonbitlang/x@0.4.38"], world.dir)).toMatchObject({ yanked: true });

    writeFileSync(join(again, LOCK), readFileSync(join(here, LOCK)));
    const before = readFileSync(join(again, LOCK));
    await succeed(["get", wanted, again, "--locked", "--registry", server.url], { cwd: here });
    expect(tree(again)).toEqual(tree(here));
    expect(readFileSync(join(again, LOCK)).equals(before)).toBe(true);
    // Twice changes nothing.
    const second = await succeed(["get", wanted, again, "--locked"], { cwd: world.dir });
    expect(second.match(/was there/g)).toHaveLength(4);
    // Without naming it: the lock says it.
    await succeed(["get", "--locked", "-d", world.dir], { cwd: again });
  }, 30_000);
});

test("a private registry tells a stranger nothing, and gives to who has a token", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  await succeed(["config", "server.require_read_token", "true"], { cwd: world.dir });
  const { token } = (await json(["token", "create", "ci", "--scope", "read"], world.dir)) as {
    token: string;
  };
  await using server = await serve(world.dir);
  const cwd = tempDirectory("private");
  const remote = ["--registry", server.url];
  const env = { MOONBIT_REGISTRY_TOKEN: token };
  for (const args of [
    ["search", "lexer"],
    ["info", "moonbitlang/x"],
    ["resolve", "moonbitlang/x"],
    ["deps", "moonbitlang/yacc"],
    ["get", "moonbitlang/x@0.4.38"],
  ]) {
    const stranger = await execute([...args, ...remote], { cwd });
    expect({ args, code: stranger.code, stdout: stranger.stdout }).toEqual({
      args,
      code: 1,
      stdout: "",
    });
    expect(stranger.stderr).toContain("login --registry");
    const known = await execute([...args, ...remote], { cwd, env });
    expect({ args, code: known.code }).toEqual({ args, code: 0 });
    expect(known.stdout + known.stderr).not.toContain(token);
  }
  expect(existsSync(join(cwd, "moonbitlang", "x@0.4.38", "moon.mod.json"))).toBe(true);
  expect(readFileSync(join(cwd, LOCK), "utf8")).not.toContain(token);
});

/** Without what names the place. */
const said = ({ code, stdout }: Finished) => ({ code, stdout });

describe("get", () => {
  const LINES = [
    entry("demo/app", "1.0.0", { deps: { "demo/lib": "1.0.0" } }),
    entry("demo/app", "1.1.0", { deps: { "demo/lib": "1.1.0", "demo/none": "1.0.0" } }),
    entry("demo/lib", "1.0.0"),
  ];

  async function withWorld(
    work: (
      world: World,
      get: (...args: string[]) => Promise<Finished>,
      out: string,
    ) => Promise<void>,
    entries: readonly SampleEntry[] = LINES,
  ) {
    await using world = await createWorld({ entries });
    await succeed(["sync"], { cwd: world.dir });
    const out = tempDirectory("get-out");
    const get = (...args: string[]) => execute(["get", ...args, "-d", world.dir], { cwd: out });
    await work(world, get, out);
  }

  test("refuses a lock for another request, and a directory of another module", () =>
    withWorld(async (_, get, out) => {
      expect(await get("demo/app@1.0.0")).toMatchObject({ code: 0 });
      const lock = readFileSync(join(out, LOCK), "utf8");
      const other = await get("demo/app@^1.0.0", "--locked");
      expect(other).toMatchObject({ code: 1 });
      expect(other.stderr).toContain("the lock is for demo/app@1.0.0, not for demo/app@^1.0.0");
      const lib = await get("demo/lib");
      expect(lib.stderr).toContain("is for demo/app");
      expect(readFileSync(join(out, LOCK), "utf8")).toBe(lock);
    }));

  test("fails clearly without a lock, with a bad one, and when something is missing", () =>
    withWorld(async (_, get, out) => {
      expect((await get("demo/app", "--locked")).stderr).toContain("there is no ");
      const missing = await get("demo/app");
      expect(missing).toMatchObject({ code: 1 });
      expect(missing.stderr).toContain("demo/app@1.1.0 needs demo/");
      expect(readdirSync(out)).toEqual([]);
      writeFileSync(
        join(out, LOCK),
        '{"format":1,"request":{"module":"../x","range":null},"modules":[]}',
      );
      expect((await get("--locked")).stderr).toContain("cannot be used");
      expect((await get()).code).toBe(2);
      expect((await get("demo")).code).toBe(2);
      expect((await get("demo/app@")).code).toBe(2);
    }));

  test("a lock that asks for other bytes than there are gets none", () =>
    withWorld(async (world, get, out) => {
      await get("demo/app@1.0.0");
      const text = readFileSync(join(out, LOCK), "utf8");
      const { checksum } = JSON.parse(text).modules[1];
      rmSync(join(out, "demo"), { recursive: true });
      writeFileSync(join(out, LOCK), text.replace(checksum, "f".repeat(64)));
      const local = await get("--locked");
      expect(local).toMatchObject({ code: 1 });
      expect(local.stderr).toContain("demo/lib@1.0.0");
      await using server = await serve(world.dir);
      const remote = await execute(["get", "--locked", "--registry", server.url], { cwd: out });
      expect(remote).toMatchObject({ code: 1 });
      expect(remote.stderr).toContain(`not ${"f".repeat(64)}`);
      expect(existsSync(join(out, "demo", "lib@1.0.0"))).toBe(false);
    }));

  test("leaves a folder alone that somebody has changed", () =>
    withWorld(async (_, get, out) => {
      await get("demo/app@1.0.0");
      const file = join(out, "demo", "lib@1.0.0", "src", "lib.mbt");
      writeFileSync(file, "mine");
      const { code, stderr } = await get("demo/app@1.0.0", "--locked");
      expect(code).toBe(1);
      expect(stderr).toContain("differs from what was published");
      expect(readFileSync(file, "utf8")).toBe("mine");
      expect(readdirSync(out).filter((name) => name.startsWith(".moonbit"))).toEqual([]);
    }));

  const HOSTILE: readonly (readonly [string, Blob])[] = [
    ["climbs out", craftZip([{ name: "../../evil.txt", content: "x" }])],
    ["is absolute", craftZip([{ name: "/tmp/evil.txt", content: "x" }])],
    ["holds a link", craftZip([{ name: "link", content: "/etc/passwd", mode: 0o120777 }])],
    ["has twins", craftZip([{ name: "a.txt" }, { name: "A.txt" }])],
    [
      "lies about a size",
      craftZip([{ name: "a", content: "x".repeat(99), deflate: true, size: 9 }]),
    ],
    ["is no zip", new Blob(["hello"])],
  ];
  for (const [what, zip] of HOSTILE) {
    test(`unpacks nothing of an archive that ${what}`, async () => {
      const bytes = new Uint8Array(await zip.arrayBuffer());
      const hash = Bun.SHA256.hash(bytes, "hex");
      await using world = await createWorld({ entries: [] });
      const evil = entry("demo/evil", "1.0.0", { checksum: hash });
      await world.publish([evil]);
      await succeed(["sync"], { cwd: world.dir });
      // The source gives just these bytes, and their hash is right.
      const shard = join(world.dir, "data", "packages", "sha256", hash.slice(0, 2));
      mkdirSync(shard, { recursive: true });
      writeFileSync(join(shard, `${hash}.zip`), bytes);
      const out = join(tempDirectory("evil"), "a", "b");
      mkdirSync(out, { recursive: true });
      const { code } = await execute(["get", "demo/evil", "-d", world.dir], { cwd: out });
      expect(code).toBe(1);
      expect(readdirSync(out)).toEqual([]);
      expect(readdirSync(join(out, ".."))).toEqual(["b"]);
      expect(existsSync("/tmp/evil.txt")).toBe(false);
    });
  }
});

describe("a server that lies", () => {
  const sum = "a".repeat(64);
  const node = (fields: object) => ({
    module: "a/b",
    version: "1.0.0",
    checksum: sum,
    dependencies: [],
    ...fields,
  });
  const TREES: readonly (readonly [string, unknown])[] = [
    ["a name that climbs", { modules: [node({}), node({ module: "../../x/y" })] }],
    ["a version that climbs", { modules: [node({ version: "1.0.0/../../x" })] }],
    ["a checksum that is none", { modules: [node({ checksum: "" })] }],
    ["another module", { modules: [node({ module: "c/d" })] }],
    ["no modules", { modules: [] }],
    ["no tree", []],
    ["a page", "<html>"],
  ];
  for (const [what, answer] of TREES) {
    test(`about ${what} gets nothing written`, async () => {
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: ({ url }) =>
          url.includes("/api/")
            ? Response.json({
                module: "a/b",
                version: "1.0.0",
                range: null,
                unmet: [],
                ...Object(answer),
              })
            : new Response("x"),
      });
      const out = tempDirectory("liar");
      const { code, stderr } = await execute(
        ["get", "a/b", "--registry", `http://127.0.0.1:${server.port}`],
        { cwd: out },
      );
      await server.stop(true);
      expect(code).toBe(1);
      expect(stderr).toStartWith("error: ");
      expect(readdirSync(out)).toEqual([]);
    });
  }

  test("sends no escape sequence to the terminal", async () => {
    const description = "\u001b[2Jgone\u202e";
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => Response.json([{ name: "a/b", version: "1.0.0", description }]),
    });
    const cwd = tempDirectory("liar");
    const url = `http://127.0.0.1:${server.port}`;
    const { stdout } = await execute(["search", "x", "--registry", url], { cwd });
    await server.stop(true);
    expect(stdout).toBe("a/b 1.0.0  [2Jgone\n");
  });
});

test("deps marks cycles, what comes again, what is missing and what is there twice", async () => {
  await using world = await createWorld({
    entries: [
      entry("a/a", "1.0.0", { deps: { "b/b": "1.0.0", "c/c": "1.0.0", "no/such": "1.0.0" } }),
      entry("b/b", "1.0.0", { deps: { "c/c": "2.0.0" } }),
      entry("c/c", "1.0.0", { deps: { "d/d": "1.0.0" } }),
      entry("c/c", "2.0.0", { deps: { "d/d": "1.1.0" } }),
      entry("d/d", "1.1.0", {
        deps: { "b/b": "1.0.0", "a/a": "1.0.0" },
        yanked: true,
        yanked_reason: "odd",
      }),
    ],
  });
  await succeed(["sync"], { cwd: world.dir });
  const { code, stdout } = await execute(["deps", "a/a"], { cwd: world.dir });
  expect(code).toBe(3);
  expect(stdout).toBe(`a/a@1.0.0
├─ b/b@1.0.0
│  └─ c/c@2.0.0
│     └─ d/d@1.1.0 (yanked: odd)
│        ├─ a/a@1.0.0 (cycle)
│        └─ b/b@1.0.0 (cycle)
├─ c/c@1.0.0
│  └─ d/d@1.1.0 (asks for 1.0.0) (yanked: odd) (above)
└─ no/such@1.0.0 (missing)

4 modules needed
c/c is there in 1.0.0 and 2.0.0
a/a@1.0.0 needs no/such@1.0.0, which is not in this registry
`);
  expect(await execute(["deps", "a/a", "--json"], { cwd: world.dir })).toMatchObject({
    stdout: expect.stringContaining('"duplicates": [\n    {\n      "module": "c/c"'),
  });
});

test("first errors say what to do", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  const rows: readonly (readonly [string[], number, string])[] = [
    [["info", "no/such"], 1, "there is no module"],
    [["info", "x"], 2, "OWNER/NAME"],
    [["resolve", "moonbitlang/x@v1.0.0"], 1, "write `1.0.0`"],
    [["resolve", "moonbitlang/x@^9.0.0"], 1, "the latest is"],
    [["search", "zzzzzzzz"], 1, "Nothing found"],
    [["search", "--sort", "stars"], 2, "--sort is one of"],
    [["search", "x", "--registry", "nonsense"], 2, "--registry"],
    [["search", "x", "--registry", "http://127.0.0.1:1"], 1, "cannot be reached"],
    [["deps", "moonbitlang/x@1.0.0", "--dependents"], 2, "--dependents"],
    [["search", "x", "--registry", "http://127.0.0.1:1", "-d", "."], 2, "exclude each other"],
  ];
  for (const [args, code, text] of rows) {
    const finished = await execute(args, { cwd: world.dir });
    expect({ args, code: finished.code }).toEqual({ args, code });
    expect(finished.stderr).toContain(text);
    expect(finished.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  }
});

const MOON = Bun.which("moon");

test.if(MOON !== null)(
  "deps chooses the versions that `moon tree` chooses",
  async () => {
    // Without what clients cannot read: a path within a registry's module, a missing module.
    const entries = sampleIndex().filter(({ line }) => !line.includes('"path"'));
    await using world = await createWorld({ entries });
    await succeed(["sync"], { cwd: world.dir });
    await using server = await serve(world.dir);
    const home = tempDirectory("moon-home");
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: home,
      MOON_HOME: home,
      MOONCAKES_REGISTRY: server.url,
    };
    const moon = (cwd: string, ...args: string[]) =>
      Bun.spawnSync([MOON!, ...args], { cwd, env, stdout: "pipe", stderr: "pipe" });
    expect(moon(home, "update").exitCode).toBe(0);
    let compared = 0;
    for (const name of ["moonbitlang/yacc", "moonbitlang/lex", "mizchi/ts", "moonbitlang/parser"]) {
      const { module, version, line } = world.entries.findLast((each) => each.module === name)!;
      const { deps, "bin-deps": binDeps } = JSON.parse(line);
      const project = tempDirectory("tree");
      writeFileSync(
        join(project, "moon.mod.json"),
        JSON.stringify({ name: module, version, deps, "bin-deps": binDeps }),
      );
      const text = moon(project, "tree").stdout.toString();
      const theirs = new Set([...text.matchAll(/-> (\S+@\S+)/g)].map(([, label]) => label!));
      const { modules } = (await json(["deps", `${module}@${version}`], world.dir)) as {
        modules: { module: string; version: string }[];
      };
      const ours = modules.slice(1).map((each) => `${each.module}@${each.version}`);
      expect({ module, chosen: ours.sort() }).toEqual({ module, chosen: [...theirs].sort() });
      compared += ours.length;
    }
    expect(compared).toBeGreaterThan(8);
  },
  30_000,
);

// The sample's archives are what a client would get, to the byte.
test("what get unpacks is what is in the archive", async () => {
  await using world = await createWorld();
  await succeed(["sync"], { cwd: world.dir });
  const out = tempDirectory("get-out");
  await succeed(["get", "moonbitlang/x@0.4.40", "-d", world.dir], { cwd: out });
  const { unzipSync } = await import("fflate");
  const sample = world.entries.find(
    (each) => each.module === "moonbitlang/x" && each.version === "0.4.40",
  )!;
  const files = unzipSync(generateArchive(sample));
  const expected = Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]),
  );
  expect(tree(join(out, "moonbitlang", "x@0.4.40"))).toEqual(expected);
});
