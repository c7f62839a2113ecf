/** A source whose archives come in every wrong way: each costs itself alone, and not for ever. */
import { expect, test } from "bun:test";
import { execute, peakBytes, serve, succeed } from "../support/executable.ts";
import {
  type Behaviour,
  endless,
  gzipBomb,
  type HostileRequest,
  lying,
  missing,
  redirecting,
  resetting,
  silent,
  stalling,
  startHostile,
  whole,
} from "../support/hostile.ts";
import { archivesOf, problemsOf } from "../support/registry-state.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

const X = "moonbitlang/x";
const GIB = 1024 * 1024 * 1024;

interface Wrong {
  readonly what: string;
  readonly behaviour: (archive: Uint8Array, host: { url: string; other: string }) => Behaviour;
  /** What is counted, and said. */
  readonly reason: string;
  readonly message: RegExp;
}

const WRONGS: readonly Wrong[] = [
  { what: "no answer", behaviour: () => silent, reason: "timeout", message: /no answer in time/ },
  { what: "a stall", behaviour: stalling, reason: "timeout", message: /no answer in time/ },
  { what: "a reset", behaviour: resetting, reason: "truncated", message: /./ },
  {
    what: "a length that is too long",
    behaviour: (archive) => lying(archive, archive.length + 100),
    reason: "truncated",
    message: /./,
  },
  {
    what: "a length that is too short",
    behaviour: (archive) => lying(archive, archive.length - 100),
    reason: "wrong-hash",
    message: /expected SHA-256/,
  },
  {
    what: "a length beyond all bounds",
    behaviour: (archive) => lying(archive, 100 * GIB),
    reason: "server-error",
    message: /over 268435456 bytes/,
  },
  {
    what: "no end",
    behaviour: () => endless(Buffer.alloc(256 * 1024)),
    reason: "server-error",
    message: /over 268435456 bytes/,
  },
  {
    what: "a circle",
    behaviour: (_, { url }) => redirecting(`${url}/circle`),
    reason: "network",
    message: /redirects too often/,
  },
  {
    what: "a bomb",
    behaviour: () => gzipBomb(200e6),
    reason: "wrong-hash",
    message: /expected SHA-256/,
  },
];

/** A world whose archives come from elsewhere; those of `X` in as many wrong ways as there are, newest first. */
async function hostileWorld(wrongs: readonly Wrong[]) {
  const world = await createWorld();
  const versions = ofModules(world.entries, X).slice(0, wrongs.length + 3);
  await world.publish(versions);
  const other = await startHostile(({ path }) => whole(archiveAt(world, path)));
  const host = await startHostile(({ path }: HostileRequest) => {
    if (path === "/circle") return redirecting("/circle");
    const bytes = archiveAt(world, path);
    if (bytes.length === 0) return missing;
    const at = versions.findIndex(({ version }) => path === `/user/${X}/${version}.zip`);
    // A path of another name, as what is redirected to is another resource.
    if (at === wrongs.length) return redirecting(`${other.url}${path}`);
    return wrongs[at]?.behaviour(bytes, { url: host.url, other: other.url }) ?? whole(bytes);
  });
  const { dir } = world;
  await succeed(["config", "sources.up.download_url", host.url], { cwd: dir });
  await succeed(["config", "sources.up.timeout", "1s"], { cwd: dir });
  return {
    world,
    dir,
    versions,
    host,
    other,
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

function archiveAt(world: World, path: string): Uint8Array {
  const [, module = "", version = ""] = /^\/user\/(.+)\/([^/]+)\.zip$/.exec(path) ?? [];
  return world.archive(module, version) ?? new Uint8Array(0);
}

test("a mirror takes what is right, tells of each that is not, and stays small", async () => {
  await using at = await hostileWorld(WRONGS);
  const { dir, versions } = at;
  const { code, stdout, maxRss } = await execute(["mirror", X, "--strict", "--json"], { cwd: dir });
  expect(code).toBe(3);
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const failed = events.filter(({ type }) => type === "failed");
  const told = Object.fromEntries(failed.map((event) => [event.version, event]));
  WRONGS.forEach(({ what, reason, message }, at) => {
    const event = told[versions[at]!.version];
    expect({ what, reason: event?.reason }).toEqual({ what, reason });
    expect(event?.message).toMatch(message);
  });
  expect(failed).toHaveLength(WRONGS.length);
  const right = versions.slice(WRONGS.length).map(({ checksum }) => checksum);
  expect(archivesOf(dir).sort()).toEqual(right.sort());
  expect(await problemsOf(dir)).toEqual([]);
  expect(maxRss).toBeLessThan(400e6);
}, 60_000);

test("a server passes none of it on as whole, and stays small", async () => {
  await using at = await hostileWorld(WRONGS);
  const { dir, versions } = at;
  await succeed(["sync"], { cwd: dir });
  await using server = await serve(dir);
  const answers = versions.map(async ({ version }, at) => {
    const response = await fetch(`${server.url}/user/${X}/${version}.zip`);
    const body = await response.bytes().catch(() => undefined);
    const isWhole = response.ok && body !== undefined;
    expect({ what: WRONGS[at]?.what, isWhole }).toEqual({
      what: WRONGS[at]?.what,
      isWhole: at >= WRONGS.length,
    });
    if (!response.ok) expect([502, 504]).toContain(response.status);
  });
  await Promise.all(answers);
  expect(peakBytes(server.pid)).toBeLessThan(400e6);
  expect(await server.stop()).toBe(0);
  expect(await problemsOf(dir)).toEqual([]);
}, 60_000);

test("credentials stay with the source, wherever its archives are said to be", async () => {
  await using at = await hostileWorld([]);
  const { dir, host, other } = at;
  await succeed(["source", "remove", "up"], { cwd: dir });
  await succeed(["source", "add", "up", "--url", at.world.upstream.url, "--token-env", "SECRET"], {
    cwd: dir,
  });
  await succeed(["config", "sources.up.download_url", host.url], { cwd: dir });
  await succeed(["mirror", X, "--strict", "-s", "up"], { cwd: dir, env: { SECRET: "hush" } });
  expect(at.world.upstream.requests.some(({ headers }) => headers.has("authorization"))).toBe(true);
  const elsewhere = [...host.requests, ...other.requests];
  expect(other.requests.length).toBeGreaterThan(0);
  for (const request of elsewhere)
    expect(request.head.toLowerCase()).not.toContain("authorization");
});
