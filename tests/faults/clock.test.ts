/** A clock that jumps a year, forward and back, under a server and between commands. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openDirectory, packModule } from "../../src/packaging/mod.ts";
import { settableClock } from "../support/clock.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { writeModule } from "../support/module.ts";
import { problemsOf, refsOf } from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules } from "../support/world.ts";

const X = "moonbitlang/x";
const YEAR = 365 * 24 * 3_600_000;

async function newToken(dir: string, name: string, ...more: string[]): Promise<string> {
  const args = ["token", "create", name, "--scope", "publish:*", ...more, "--json"];
  return (JSON.parse(await succeed(args, { cwd: dir })) as { token: string }).token;
}

async function archiveOf(version: string): Promise<Buffer<ArrayBuffer>> {
  const module = await openDirectory(writeModule({ version }));
  return Buffer.concat(await Array.fromAsync(packModule(module)));
}

test("under a server, it moves nothing but what is said in dates", async () => {
  await using world = await createWorld();
  const { dir, upstream } = world;
  await succeed(["mirror", X, "--strict", "--latest", "3"], { cwd: dir });
  const forEver = await newToken(dir, "forever");
  const forAMonth = await newToken(dir, "month", "--expires", "30d");
  await succeed(["config", "mirror.sync_interval", "1s"], { cwd: dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  const clock = settableClock();
  await using server = await serve(dir, [], {}, { command: clock.command });
  const { version, checksum } = ofModules(world.entries, X).at(-1)!;
  const who = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${server.url}/api/v0/whoami`, { headers })).status;
  };
  const publish = async (version: string) => {
    const headers = { authorization: `Bearer ${forEver}` };
    const body = await archiveOf(version);
    return (await fetch(`${server.url}/api/v0/publish`, { method: "POST", headers, body })).status;
  };
  const clone = join(tempDirectory("clone"), "index");
  if (hasGit) await git(["clone", "-q", server.indexUrl, clone]);

  for (const [at, ahead] of [YEAR, -YEAR, 0].entries()) {
    clock.set(ahead);
    const response = await fetch(`${server.url}/user/${X}/${version}.zip`);
    expect(Bun.SHA256.hash(await response.bytes(), "hex")).toBe(checksum);
    expect(await who(forEver)).toBe(200);
    expect({ ahead, status: await who(forAMonth) }).toEqual({
      ahead,
      status: ahead > 0 ? 401 : 200,
    });
    expect(await publish(`0.1.${at}`)).toBe(201);
    // It goes on to ask its source every second, neither at once and again nor in a year.
    upstream.forgetRequests();
    const asked = performance.now();
    const listed = () => upstream.requests.filter(({ path }) => path.endsWith("/info/refs")).length;
    while (listed() < 2) await Bun.sleep(20);
    expect(listed()).toBe(2);
    expect(performance.now() - asked).toBeGreaterThan(500);
    // Clients' history goes on from what they have.
    if (hasGit) await git(["-C", clone, "pull", "-q", "--ff-only"]);
  }
  expect(await server.stop()).toBe(0);
  expect(await problemsOf(dir)).toEqual([]);
}, 60_000);

test("between commands, what was shown stays shown, and nothing stands still", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["config", "policy.min_age", "3d"], { cwd: dir });
  const clock = settableClock();
  const options = { cwd: dir, command: clock.command };
  const versions = async () =>
    JSON.parse(await succeed(["status", "--json"], options)).stored.versions as number;
  await succeed(["mirror", X, "--strict"], options);
  const before = await versions();
  expect(before).toBe(ofModules(world.entries, X).length);
  for (const [at, ahead] of [-10 * YEAR, YEAR].entries()) {
    clock.set(ahead);
    await succeed(["sync"], options);
    expect(await versions()).toBe(before);
    await succeed(["gc"], options);
    expect(await versions()).toBe(before);
    await succeed(["export", `${at}.bundle`], options);
    expect((await execute(["verify"], options)).code).toBe(0);
    expect(await succeed(["status"], options)).toContain("just now");
  }
  expect(Object.keys(refsOf(dir))).toContain("refs/heads/main");
}, 60_000);
