/** Publishing with the built executable: into a directory, and to a server. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openDirectory, packModule } from "../../src/packaging/mod.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { writeModule } from "../support/module.ts";
import { hasMoon, moonProject } from "../support/moon.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld } from "../support/world.ts";
import { craftZip } from "../support/zip.ts";

async function emptyRegistry(): Promise<string> {
  const dir = tempDirectory("registry");
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

async function newToken(dir: string, ...scopes: string[]): Promise<string> {
  const words = scopes.flatMap((scope) => ["--scope", scope]);
  const name = `t-${Bun.randomUUIDv7()}`;
  const text = await succeed(["token", "create", name, ...words, "--json"], { cwd: dir });
  return (JSON.parse(text) as { token: string }).token;
}

async function archiveOf(dir: string): Promise<Buffer<ArrayBuffer>> {
  return Buffer.concat(await Array.fromAsync(packModule(await openDirectory(dir))));
}

/** Lines of a module in the index that a client clones, by way of the registry's own files. */
const packages = (dir: string): string[] => {
  const root = join(dir, "data", "packages", "sha256");
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((shard) => readdirSync(join(root, shard)));
};

interface Sent {
  readonly status: number;
  readonly json: {
    readonly checksum: string;
    readonly outcome: string;
    readonly yanked_reason: string | null;
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly hint: string;
      readonly published: string;
      readonly given: string;
      readonly problems: readonly { readonly file: string; readonly message: string }[];
    };
  };
}

async function send(
  url: string,
  path: string,
  token: string | undefined,
  body: string | Uint8Array<ArrayBuffer> = "",
  method = "PUT",
): Promise<Sent> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/api/v0${path}`, { method, headers, body });
  return { status: response.status, json: (await response.json()) as Sent["json"] };
}

const PATH = "/modules/alice/json/0.1.0";

describe("publish into a directory", () => {
  test("lists, publishes, changes nothing the second time, and refuses other bytes", async () => {
    const dir = await emptyRegistry();
    const module = writeModule({ files: { "_build/x": "" } });
    const tried = await succeed(["publish", module, "--dry-run", "-d", dir], { cwd: "/" });
    expect(tried.split("\n").slice(0, 5)).toEqual([
      " 15 B  LICENSE",
      " 13 B  README.md",
      "101 B  moon.mod.json",
      " 37 B  src/lib.mbt",
      "  3 B  src/moon.pkg.json",
    ]);
    expect(tried).toContain('{"name":"alice/json","version":"0.1.0"');
    expect(packages(dir)).toEqual([]);
    const said = await succeed(["publish", "-d", dir], { cwd: module });
    expect(said).toMatch(
      /^Published alice\/json@0\.1\.0 in \S+: 5 files, 662 B, SHA-256 [0-9a-f]{64}\n$/,
    );
    const again = JSON.parse(await succeed(["publish", "-d", dir, "--json"], { cwd: module }));
    expect(again).toMatchObject({ outcome: "unchanged", module: "alice/json", size: 662 });
    const other = writeModule({ files: { more: "" } });
    const refused = await execute(["publish", "-d", dir, "--json"], { cwd: other });
    expect(refused.code).toBe(1);
    const { error } = JSON.parse(refused.stderr);
    expect(error).toMatchObject({ code: "exists", published: again.checksum });
    expect(packages(dir)).toEqual([`${again.checksum}.zip`]);
  });

  test("tells every problem, each with its file and what to do", async () => {
    const dir = await emptyRegistry();
    const deps = { "bob/x": "1.0.0", "../y": { path: ".." } };
    const module = writeModule({ version: "1", fields: { deps }, files: { "src/con.mbt": "" } });
    const { code, stderr, stdout } = await execute(["publish", module, "-d", dir], { cwd: dir });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.split("\n").slice(0, -1)).toEqual([
      'error: moon.mod.json, line 3: version "1" is not a semantic version; write one as 1.2.3, 1.2.3-rc.1 or 1.2.3+5',
      "error: moon.mod.json, line 6: deps: ../y is a folder beside the module, which no registry has; publish that module, and write its version instead of its path",
      "error: src/con.mbt: cannot be everywhere: con.mbt is a device on Windows; rename or exclude it",
      "error: moon.mod.json, line 6: deps: bob/x is in no source of this registry; mirror or publish it here first, or name a version that is here",
      "error: 4 problems: nothing was published",
      "hint:  mend them, and publish again",
    ]);
  });

  test("says what is missing when there is no registry or no module", async () => {
    const empty = tempDirectory();
    const noModule = await execute(["publish", "--dry-run"], { cwd: empty });
    expect(noModule.stderr).toContain(
      "is no MoonBit module: it has no moon.mod and no moon.mod.json",
    );
    const nowhere = await execute(["publish"], { cwd: writeModule() });
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr).toContain("name a server with --registry URL, or run");
    const tried = await execute(["publish", "--dry-run"], { cwd: writeModule() });
    expect(tried.code).toBe(0);
    const both = await execute(["publish", "-d", ".", "--registry", "http://x.example"], {
      cwd: empty,
    });
    expect(both.code).toBe(2);
  });

  test("yanks with a reason, takes it back, and yanks nothing of a source", async () => {
    await using world = await createWorld();
    const { dir } = world;
    await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
    await succeed(["publish", writeModule(), "-d", dir], { cwd: dir });
    const foreign = await execute(["yank", "moonbitlang/x@0.4.38"], { cwd: dir });
    expect(foreign.stderr).toContain(
      "is from source up: only what was published here can be yanked",
    );
    const over = await execute(
      ["publish", writeModule({ name: "moonbitlang/x", version: "9.0.0" }), "-d", dir],
      { cwd: dir },
    );
    expect(over.stderr).toContain("moonbitlang/x belongs to source up");
    expect(await succeed(["yank", "alice/json@0.1.0", "--reason", "bad"], { cwd: dir })).toBe(
      "Yanked alice/json@0.1.0: bad\n",
    );
    const again = await execute(["yank", "alice/json@0.1.0"], { cwd: dir });
    expect(again).toMatchObject({ code: 0, stdout: "Yanked alice/json@0.1.0: bad\n" });
    // It would be taken for what keeps a bad version from everybody.
    expect(again.stderr).toContain("`moon` knows no yank and may still take it; `policy.block`");
    expect(await succeed(["unyank", "alice/json@0.1.0"], { cwd: dir })).toContain(
      "no longer yanked",
    );
    const audit = readFileSync(join(dir, "data", "audit.log"), "utf8")
      .trim()
      .split("\n");
    const events = audit.map((line) => JSON.parse(line) as { what: string; target: string });
    expect(events.map(({ what, target }) => `${what} ${target}`)).toEqual([
      "publish alice/json@0.1.0",
      "yank alice/json@0.1.0",
      "unyank alice/json@0.1.0",
    ]);
  });
});

describe("publish to a server", () => {
  test("takes a token that may, answers 201, 200, 409, 422, 401, 403 and 413", async () => {
    const dir = await emptyRegistry();
    await using server = await serve(dir);
    const archive = await archiveOf(writeModule());
    const refused = await send(server.url, PATH, undefined, archive);
    expect(refused).toMatchObject({ status: 401, json: { error: { code: "unauthenticated" } } });
    expect(refused.json.error.hint).toContain("token create");
    expect((await send(server.url, "/publish", undefined, archive, "POST")).status).toBe(401);

    const token = await newToken(dir, "publish:alice/*");
    const reader = await newToken(dir, "read");
    expect((await send(server.url, PATH, reader, archive)).status).toBe(403);
    expect((await send(server.url, "/publish", reader, archive, "POST")).status).toBe(403);
    expect((await send(server.url, "/modules/bob/json/0.1.0", token, archive)).status).toBe(403);
    const tried = await send(server.url, `${PATH}?dry_run=true`, token, archive);
    expect(tried).toMatchObject({ status: 200, json: { outcome: "checked" } });
    expect(packages(dir)).toEqual([]);

    const first = await send(server.url, PATH, token, archive);
    expect(first).toMatchObject({ status: 201, json: { outcome: "published" } });
    const again = await send(server.url, "/publish", token, archive, "POST");
    expect(again).toMatchObject({ status: 200, json: { outcome: "unchanged" } });
    const other = await archiveOf(writeModule({ files: { more: "" } }));
    const conflict = await send(server.url, PATH, token, other);
    expect(conflict).toMatchObject({
      status: 409,
      json: { error: { published: first.json.checksum } },
    });
    expect(conflict.json.error.given).toBe(Bun.SHA256.hash(other, "hex"));

    // Served at once, byte for byte.
    const got = await fetch(`${server.url}/user/alice%2Fjson%2F0.1.0.zip`);
    expect(Buffer.from(await got.arrayBuffer()).equals(archive)).toBe(true);

    const bad = craftZip([
      {
        name: "moon.mod.json",
        content: '{"name": "alice/json", "version": "1", "deps": {"q/r": 1}}',
      },
      { name: "src/aux", content: "" },
    ]);
    const invalid = await send(server.url, "/publish", token, await bad.bytes(), "POST");
    expect(invalid.status).toBe(422);
    expect(invalid.json.error.problems.map(({ file }) => file)).toEqual([
      "moon.mod.json",
      "moon.mod.json",
      "src/aux",
    ]);
    const foreign = craftZip([
      { name: "moon.mod.json", content: '{"name": "bob/json", "version": "1.0.0"}' },
    ]);
    expect((await send(server.url, "/publish", token, await foreign.bytes(), "POST")).status).toBe(
      403,
    );
    expect((await send(server.url, "/modules/alice/json/0.2.0", token, archive)).status).toBe(422);
    for (const path of ["/modules/alice", "/modules/alice/json", "/modules/%zz/json/0.1.0"]) {
      expect((await send(server.url, path, token, archive)).status).toBeOneOf([403, 404]);
    }
    const big = Buffer.alloc(64 * 1024 * 1024 + 1);
    const huge = await fetch(`${server.url}/api/v0${PATH}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${token}` },
      body: big,
    });
    expect(huge.status).toBe(413);
    expect(await huge.json()).toMatchObject({ error: { code: "too-large" } });
    expect(readdirSync(join(dir, "data", "packages", "tmp"))).toEqual([]);
    const log = readFileSync(join(dir, "data", "audit.log"), "utf8")
      .trim()
      .split("\n");
    const events = log.map((each) => JSON.parse(each) as { what: string; result: string });
    expect(events.filter(({ what }) => what === "publish").map(({ result }) => result)).toEqual([
      ...Array(3).fill("refused: the token's scopes do not allow it"),
      "published",
      "unchanged",
      "refused: exists",
      "refused: invalid",
      "refused: the token's scopes do not allow it",
      "refused: invalid",
      "refused: too-large",
    ]);
    expect(packages(dir)).toEqual([`${first.json.checksum}.zip`]);
  });

  test("from the command line, with yank and unyank", async () => {
    const dir = await emptyRegistry();
    await using server = await serve(dir);
    const env = { MOONBIT_REGISTRY_TOKEN: await newToken(dir, "publish:alice/*") };
    const cwd = writeModule({ name: "alice/json", version: "1.0.0+build.7" });
    const said = await succeed(["publish", "--registry", server.url], { cwd, env });
    expect(said).toStartWith(`Published alice/json@1.0.0+build.7 in ${server.url}: 5 files`);
    const byVariable = { ...env, MOONBIT_REGISTRY_URL: server.url };
    expect(await succeed(["publish"], { cwd, env: byVariable })).toContain("already");
    const spec = "alice/json@1.0.0+build.7";
    await succeed(["yank", spec, "--reason", "bad", "--registry", server.url], { cwd, env });
    const again = await succeed(["yank", spec, "--json", "--registry", server.url], { cwd, env });
    expect(JSON.parse(again)).toMatchObject({ yanked: true, yanked_reason: "bad" });
    const archive = await fetch(`${server.url}/user/alice%2Fjson%2F1.0.0%2Bbuild.7.zip`);
    expect(archive.status).toBe(200);
    await archive.body?.cancel();
    await succeed(["unyank", spec], { cwd, env: byVariable });
    const foreign = writeModule({ name: "bob/json" });
    const denied = await execute(["publish", foreign, "--registry", server.url], { cwd, env });
    expect(denied.stderr).toContain("has no scope publish:bob/json");
    const problem = writeModule({ name: "alice/x", fields: { deps: { "q/r": "1.0.0" } } });
    const sent = await execute(["publish", problem, "--registry", server.url], { cwd, env });
    expect(sent.stderr).toContain("deps: q/r is in no source of this registry");
    expect(server.log()).not.toContain(env.MOONBIT_REGISTRY_TOKEN);
    expect(readFileSync(join(dir, "data", "audit.log"), "utf8")).not.toContain(
      env.MOONBIT_REGISTRY_TOKEN,
    );
  });

  test("yanks over HTTP with a reason of one line", async () => {
    const dir = await emptyRegistry();
    await succeed(["publish", writeModule(), "-d", dir], { cwd: dir });
    await using server = await serve(dir);
    const token = await newToken(dir, "publish:*");
    const yank = (body: string, path = `${PATH}/yank`) =>
      send(server.url, path, token, body, "POST");
    expect(await yank('{"reason": "bad"}')).toMatchObject({
      status: 200,
      json: { yanked_reason: "bad" },
    });
    expect((await yank("", `${PATH}/unyank`)).json.yanked_reason).toBeNull();
    for (const body of ["[]", "3", '"x"', "null", "{", '{"reason": 3}']) {
      expect((await yank(body)).status).toBe(422);
    }
    expect((await yank('{"reason": "a\\nb"}')).status).toBe(400);
    expect((await yank("x".repeat(20_000))).status).toBe(413);
    expect((await yank("", "/modules/alice/json/9.9.9/yank")).status).toBe(404);
    expect((await yank("", `${PATH}/delete`)).status).toBe(404);
    expect((await send(server.url, `${PATH}/yank`, undefined, "", "POST")).status).toBe(401);
  });

  test("has a description for programs, of every route it names", async () => {
    const dir = await emptyRegistry();
    await using server = await serve(dir);
    const document = (await (await fetch(`${server.url}/api/v0/openapi.json`)).json()) as {
      openapi: string;
      servers: { url: string }[];
      paths: Record<string, Record<string, { operationId: string; security?: unknown }>>;
    };
    expect(document.openapi).toBe("3.1.1");
    expect(document.servers).toEqual([{ url: server.url }]);
    const text = JSON.stringify(document);
    const schemas = Object.keys(
      (document as unknown as { components: { schemas: object } }).components.schemas,
    );
    for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
      expect(schemas).toContain(name!);
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    // Whatever it says is written with a token, is refused without one.
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        if (!security) continue;
        const at = path.replace("{module}", "alice/json").replace("{version}", "0.1.0");
        const { status } = await fetch(server.url + at, { method: method.toUpperCase() });
        expect({ path, status }).toEqual({ path, status: 401 });
      }
    }
  });
});

test("a yanked version is chosen for nobody, and served to whoever asks for exactly it", async () => {
  const dir = await emptyRegistry();
  for (const version of ["1.0.0", "1.1.0"]) {
    await succeed(["publish", writeModule({ version }), "-d", dir], { cwd: dir });
  }
  await using server = await serve(dir);
  const manifest = async (): Promise<unknown> =>
    await (await fetch(`${server.url}/api/v0/modules/alice/json`)).json();
  expect(await manifest()).toMatchObject({ version: "1.1.0", yanked: false });
  expect(await succeed(["resolve", "alice/json@^1.0.0"], { cwd: dir })).toContain("1.1.0");
  await succeed(["yank", "alice/json@1.1.0", "--reason", "bad"], { cwd: dir });
  expect(await manifest()).toMatchObject({
    version: "1.0.0",
    versions: [{ version: "1.1.0", yanked: true, yanked_reason: "bad" }, { version: "1.0.0" }],
  });
  expect(await succeed(["resolve", "alice/json@^1.0.0"], { cwd: dir })).not.toContain("1.1.0");
  expect(await succeed(["resolve", "alice/json@1.1.0"], { cwd: dir })).toContain("1.1.0");
  const archive = await fetch(`${server.url}/user/alice/json/1.1.0.zip`);
  expect(archive.status).toBe(200);
  await archive.body?.cancel();
  await succeed(["unyank", "alice/json@1.1.0"], { cwd: dir });
  expect(await manifest()).toMatchObject({ version: "1.1.0", yanked: false });
});

test("of 50 at once, processes and requests, exactly one wins, and the index has one line", async () => {
  const dir = await emptyRegistry();
  await using server = await serve(dir);
  const token = await newToken(dir, "publish:*");
  const byProcess = async (at: number): Promise<string> => {
    const module = writeModule({ files: { n: `process ${at}` } });
    const { code, stderr, stdout } = await execute(["publish", module, "-d", dir, "--json"], {
      cwd: dir,
    });
    if (code === 0) return (JSON.parse(stdout) as { outcome: string }).outcome;
    return (JSON.parse(stderr) as { error: { code: string } }).error.code;
  };
  const byRequest = async (at: number): Promise<string> => {
    const archive = await archiveOf(writeModule({ files: { n: `request ${at}` } }));
    const { status, json } = await send(server.url, PATH, token, archive);
    return status === 201 ? json.outcome : json.error.code;
  };
  const results = await Promise.all([
    ...Array.from({ length: 15 }, (_, at) => byProcess(at)),
    ...Array.from({ length: 35 }, (_, at) => byRequest(at)),
  ]);
  const counts = Object.fromEntries(
    [...Map.groupBy(results, (each) => each)].map(([k, v]) => [k, v.length]),
  );
  expect(counts).toEqual({ published: 1, exists: 49 });
  expect(packages(dir)).toHaveLength(1);
}, 30_000);

test.if(hasMoon)(
  "the real moon fetches what was published, and it is what was published",
  async () => {
    await using world = await createWorld();
    const { dir } = world;
    await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
    await using server = await serve(dir);
    const env = { MOONBIT_REGISTRY_TOKEN: await newToken(dir, "publish:alice/*") };
    const latest = world.entries.filter(({ module }) => module === "moonbitlang/x").at(-1)!.version;
    const source = writeModule({ fields: { deps: { "moonbitlang/x": latest } } });
    await succeed(["publish", source, "--registry", server.url], { cwd: dir, env });
    const dsl = writeModule({
      name: "alice/dsl",
      files: {
        "moon.mod": `name = "alice/dsl"\nversion = "0.3.0"\nimport {\n  "alice/json@0.1.0",\n}\n`,
      },
    });
    await Bun.file(join(dsl, "moon.mod.json")).delete();
    await succeed(["publish", dsl, "--registry", server.url], { cwd: dir, env });

    const moon = moonProject(server.url);
    expect(await moon.run("update")).toMatchObject({ code: 0 });
    expect(await moon.run("add", "alice/dsl@0.3.0")).toMatchObject({ code: 0 });
    const fetched = join(moon.project, ".mooncakes", "alice");
    for (const [name, from] of [
      ["json", source],
      ["dsl", dsl],
    ] as const) {
      for (const { path } of (await openDirectory(from)).files) {
        expect(readFileSync(join(fetched, name, path))).toEqual(readFileSync(join(from, path)));
      }
    }
    const tree = await moon.run("tree");
    for (const each of ["alice/dsl@0.3.0", "alice/json@0.1.0", `moonbitlang/x@${latest}`]) {
      expect(tree.text).toContain(each);
    }
  },
  60_000,
);
