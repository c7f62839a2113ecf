/**
 * Files of a registry that cannot be read, or are not what they were, under a running server: whatever
 * needs them is refused with an error, the log names the file, nobody is given a wrong byte as a whole
 * body, and everything is well again when the file is.
 */
import { expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { execute, type Served, serve, succeed } from "../support/executable.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules } from "../support/world.ts";

const BIG = "illusory0x0/🐫";
const X = "moonbitlang/x";

const FAULTS: Readonly<Record<string, (path: string) => void>> = {
  "cut short": (path) => truncateSync(path, statSync(path).size >> 1),
  empty: (path) => truncateSync(path, 0),
  "a directory": (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  // Opens, and then fails each read with EIO, as a disk with a bad block does. Source: proc(5).
  ...(process.platform === "linux" && {
    unreadable: (path: string) => {
      rmSync(path);
      symlinkSync("/proc/self/mem", path);
    },
  }),
};

async function stored() {
  const symbols = Buffer.alloc(200_000, "symbols");
  const sizeOf = ({ module }: { module: string }) => (module === BIG ? 500_000 : 0);
  const world = await createWorld({ symbols, sizeOf });
  const { dir } = world;
  await succeed(["mirror", BIG, X, "--strict", "--latest", "2"], { cwd: dir });
  await succeed(["config", "server.upstream_fallback", "false"], { cwd: dir });
  const text = await succeed(["token", "create", "t", "--scope", "read", "--json"], { cwd: dir });
  const { token } = JSON.parse(text) as { token: string };
  const archive = (module: string) => ofModules(world.entries, module).at(-1)!;
  const pathOf = ({ module, version }: { module: string; version: string }) =>
    `/user/${encodeURIComponent(`${module}/${version}`)}.zip`;
  const { checksum: big } = archive(BIG);
  /** Of what has one right answer, its hash. */
  const requests: readonly { path: string; sha256?: string; headers?: Record<string, string> }[] = [
    { path: pathOf(archive(X)), sha256: archive(X).checksum },
    { path: pathOf(archive(BIG)), sha256: big },
    { path: pathOf(archive(BIG)), headers: { range: "bytes=400000-400009" } },
    { path: "/symbols.zip", sha256: Bun.SHA256.hash(symbols, "hex") },
    { path: "/git/index/info/refs?service=git-upload-pack" },
    { path: "/", headers: { accept: "text/html" } },
    { path: `/m/${X}`, headers: { accept: "text/html" } },
    { path: "/api/v0/modules" },
    { path: "/metrics" },
    { path: "/api/v0/whoami", headers: { authorization: `Bearer ${token}` } },
  ];
  return { dir, archive, requests, [Symbol.asyncDispose]: world[Symbol.asyncDispose] };
}

type Stored = Awaited<ReturnType<typeof stored>>;

/** @returns the statuses of what did not go well, by path */
async function askAll({ requests, dir }: Stored, { url }: Served): Promise<Map<string, number>> {
  const failed = new Map<string, number>();
  for (const { path, sha256, headers = {} } of requests) {
    const response = await fetch(url + path, { headers });
    const body = await response.bytes();
    if (response.ok) {
      if (sha256 !== undefined) expect(Bun.SHA256.hash(body, "hex")).toBe(sha256);
      continue;
    }
    failed.set(path, response.status);
    // Whose fault it is: the server's side, and no mistake of the program's.
    const { status } = response;
    // A file that is empty knows of no token.
    const isUnknown = status === 401 && path.endsWith("/whoami");
    const isOurs = status === 502 || status === 503 || isUnknown;
    expect({ path, status, isOurs }).toEqual({ path, status, isOurs: true });
    const text = Buffer.from(body).toString();
    expect(text).not.toContain(dir);
    if (!headers.accept) expect(JSON.parse(text).error.hint).toBeString();
  }
  expect((await fetch(`${url}/health`)).status).toBe(200);
  return failed;
}

const packs = (dir: string, extension: string): string[] => {
  const directory = join(dir, "data", "index", "objects", "pack");
  const names = readdirSync(directory).filter((name) => name.endsWith(extension));
  return names.map((name) => join(directory, name));
};

const archivePath = (dir: string, sha256: string): string =>
  join(dir, "data", "packages", "sha256", sha256.slice(0, 2), `${sha256}.zip`);

const archiveFile = ({ dir, archive }: Stored, module: string): string =>
  archivePath(dir, archive(module).checksum);

/** Files by what they are, and what must be told of them by a name in the log. */
const FILES: readonly [string, (world: Stored) => string[], RegExp | undefined][] = [
  ["a small archive", (world) => [archiveFile(world, X)], /[0-9a-f]{64}/],
  ["a big archive", (world) => [archiveFile(world, BIG)], /[0-9a-f]{64}/],
  ["the packs of the index", ({ dir }) => packs(dir, ".pack"), /pack-[0-9a-f]{40}\.pack/],
  ["their indexes", ({ dir }) => packs(dir, ".idx"), /pack-[0-9a-f]{40}\.idx/],
  ["symbols.json", ({ dir }) => [join(dir, "data", "symbols.json")], /symbols\.json/],
  ["state.db", ({ dir }) => [join(dir, "data", "state.db")], /state\.db/],
  ["registry.toml", ({ dir }) => [join(dir, "registry.toml")], /registry\.toml/],
  ["audit.log", ({ dir }) => [join(dir, "data", "audit.log")], undefined],
];

test.each(FILES)("%s", async (_, filesOf, named) => {
  await using world = await stored();
  const files = filesOf(world);
  const kept = tempDirectory("kept");
  for (const path of files) copyFileSync(path, join(kept, basename(path)));
  const faults = Object.entries(FAULTS);
  // The first of each row strikes what was not read yet.
  for (const row of [faults, faults.toReversed()]) {
    await using server = await serve(world.dir);
    for (const [fault, spoil] of row) {
      try {
        files.forEach(spoil);
        const failed = await askAll(world, server);
        if ([...failed.values()].some((status) => status !== 401)) {
          expect(server.log()).toMatch(named!);
        }
        for (const path of files) {
          if (!statSync(path).isFile() || fault === "unreadable") rmSync(path, { recursive: true });
          copyFileSync(join(kept, basename(path)), path);
        }
        expect(await askAll(world, server)).toEqual(new Map());
      } catch (error) {
        throw new Error(`${fault}:\n${server.log()}`, { cause: error });
      }
    }
    expect(await server.stop()).toBe(0);
  }
});

test("a private registry stays private while its settings are being saved", async () => {
  await using world = await stored();
  await succeed(["config", "server.require_read_token", "true"], { cwd: world.dir });
  await using server = await serve(world.dir);
  truncateSync(join(world.dir, "registry.toml"), 0);
  // A change may go unseen for a moment.
  do expect((await fetch(`${server.url}/symbols.zip`)).status).toBe(401);
  while (!server.log().includes("registry.toml is empty"));
});

test("a private registry whose tokens cannot be looked up is not ready, and is again when they can", async () => {
  await using world = await stored();
  await succeed(["config", "server.require_read_token", "true"], { cwd: world.dir });
  await using server = await serve(world.dir);
  const state = join(world.dir, "data", "state.db");
  const kept = join(tempDirectory("kept"), "state.db");
  const ready = async () => (await fetch(`${server.url}/ready`)).status;
  expect(await ready()).toBe(200);
  copyFileSync(state, kept);
  writeFileSync(state, "no database at all, but as long as the head of one has to be".repeat(100));
  expect(await ready()).toBe(503);
  copyFileSync(kept, state);
  expect(await ready()).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(server.log()).toContain("state.db is damaged");
});

test("a branch that is no branch any more is not taken for an index without modules", async () => {
  await using world = await stored();
  await using server = await serve(world.dir);
  for (const view of ["main", "stored"]) {
    truncateSync(join(world.dir, "data", "index", "refs", "heads", view), 0);
  }
  const [{ path }] = world.requests as [{ path: string }];
  expect((await fetch(server.url + path)).status).toBe(502);
  expect(server.log()).toMatch(/refs\/heads\/\w+ is damaged: it names no commit/);
  const { code, stderr } = await execute(["verify"], { cwd: world.dir });
  expect(code).toBe(1);
  expect(stderr).toContain("it names no commit");
  // Nothing is made on top of it: clients would see another past.
  const synced = await execute(["sync"], { cwd: world.dir });
  expect(synced.code).toBe(1);
  expect(synced.stderr).toContain("it names no commit");
});
