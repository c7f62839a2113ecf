/**
 * Two commands that write one registry at the same time, as processes: one waits or says who is writing;
 * neither loses, hides or spoils what the other brought, and whoever was turned away can do it again.
 */
import { expect, test } from "bun:test";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execute, type Finished, start, succeed } from "../support/executable.ts";
import { silent, startHostile } from "../support/hostile.ts";
import { writeModule } from "../support/module.ts";
import { createRandom } from "../support/random.ts";
import { archivesOf, problemsOf } from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules } from "../support/world.ts";

const X = "moonbitlang/x";
const ASYNC = "moonbitlang/async";
const SEED = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1_000_000);
const ROUNDS = 2;

/**
 * Runs two commands in copies of a registry, begun a moment apart in either order, and whoever was turned
 * away once more; then lets the caller look.
 */
async function race(
  base: string,
  first: readonly string[],
  second: readonly string[],
  look: (dir: string) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const seed = SEED + round;
    const random = createRandom(seed);
    const dir = join(tempDirectory("race"), "registry");
    cpSync(base, dir, { recursive: true });
    const pair = round % 2 === 0 ? [first, second] : [second, first];
    const late = async (args: readonly string[]) => {
      await Bun.sleep(random.int(120));
      return await execute(args, { cwd: dir });
    };
    const ends = await Promise.all([execute(pair[0]!, { cwd: dir }), late(pair[1]!)]);
    try {
      expect(ends.some(({ code }) => code === 0)).toBe(true);
      for (const [at, end] of ends.entries()) {
        if (end.code === 0) continue;
        expectTurnedAway(end);
        await succeed(pair[at]!, { cwd: dir });
      }
      expect(await problemsOf(dir)).toEqual([]);
      await look(dir);
    } catch (error) {
      const said = ends.map(({ code, stderr }) => `exit ${code}\n${stderr}`).join("\n");
      throw new Error(`MOONBIT_REGISTRY_TEST_SEED=${seed}, round ${round}:\n${said}`, {
        cause: error,
      });
    }
    rmSync(dir, { recursive: true });
  }
}

function expectTurnedAway({ code, stderr }: Finished): void {
  expect(code).toBe(1);
  expect(stderr).toMatch(/error: the registry is being written by /);
  expect(stderr).toContain("hint:  wait for it to end");
}

const modulesOf = async (dir: string): Promise<Record<string, number>> => {
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: dir }));
  return status.stored;
};

test("two mirrors bring what both were asked for", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const versions = ofModules(world.entries, X, ASYNC);
  const mirror = (module: string) => ["mirror", module, "--strict"];
  await race(world.dir, mirror(X), mirror(ASYNC), async (dir) => {
    expect(await modulesOf(dir)).toMatchObject({ modules: 2, versions: versions.length });
    expect(archivesOf(dir)).toHaveLength(new Set(versions.map(({ checksum }) => checksum)).size);
  });
}, 60_000);

test("a mirror and a publication do", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const args = ["mirror", X, "--strict"];
  await race(world.dir, args, ["publish", writeModule()], async (dir) => {
    const { versions } = (await modulesOf(dir)) as { versions: number };
    expect(versions).toBe(ofModules(world.entries, X).length + 1);
    expect(await succeed(["search", "json"], { cwd: dir })).toContain("alice/json");
  });
}, 60_000);

test("a publication waits for nobody's upstream: neither for a silent one nor for a long mirror", async () => {
  await using world = await createWorld();
  const { dir } = world;
  await succeed(["sync", "-q"], { cwd: dir });
  await using silence = await startHostile(() => silent);
  const add = ["source", "add", "silent", "--url", silence.url, "--priority", "1"];
  await succeed(add, { cwd: dir });
  const long = start(["mirror", X, "--strict", "-s", "silent"], { cwd: dir });
  while (silence.requests.length === 0) await Bun.sleep(5);
  const { versions } = (await modulesOf(dir)) as { versions: number };
  expect(versions).toBe(0);
  await succeed(["publish", writeModule()], { cwd: dir });
  expect(await succeed(["search", "json"], { cwd: dir })).toContain("alice/json");
  expectTurnedAway(await execute(["gc"], { cwd: dir }));
  expect(await succeed(["status"], { cwd: dir })).toContain("mirror, process");
  long.kill("SIGINT");
  expect(await long.exited).toBe(130);
  // What was published meanwhile is there still, and what was begun goes on.
  await succeed(["source", "disable", "silent"], { cwd: dir });
  await succeed(["mirror", X, "--strict"], { cwd: dir });
  expect(await problemsOf(dir)).toEqual([]);
  expect((await modulesOf(dir)) as unknown).toMatchObject({
    versions: ofModules(world.entries, X).length + 1,
  });
}, 30_000);

test("a collection takes nothing that a mirror has just brought, and all that nobody names", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const { dir: base } = world;
  await succeed(["mirror", ASYNC, "--strict", "--latest", "2"], { cwd: base });
  const stray = Buffer.from("nobody's");
  const name = Bun.SHA256.hash(stray, "hex");
  const path = join(base, "data", "packages", "sha256", name.slice(0, 2), `${name}.zip`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, stray);
  await race(base, ["gc"], ["mirror", X, "--strict"], async (dir) => {
    expect(archivesOf(dir)).not.toContain(name);
    const count = ofModules(world.entries, X).length + 2;
    expect(await modulesOf(dir)).toMatchObject({ modules: 2, versions: count, archives: count });
  });
}, 60_000);

test("an import and a sync do not step on each other", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const { dir: base } = world;
  await succeed(["mirror", X, "--strict", "--latest", "5"], { cwd: base });
  const other = tempDirectory("other");
  await succeed(["init", "."], { cwd: other });
  await succeed(["publish", writeModule({ name: "bob/y" })], { cwd: other });
  await succeed(["export", "y.bundle"], { cwd: other });
  await succeed(["config", "mirror.packages", `${ASYNC}`], { cwd: base });
  await race(base, ["import", join(other, "y.bundle")], ["sync"], async (dir) => {
    expect(await succeed(["search", "bob"], { cwd: dir })).toContain("bob/y");
    expect(await modulesOf(dir)).toMatchObject({ modules: expect.any(Number) });
    for (const { checksum } of ofModules(world.entries, ASYNC)) {
      expect(archivesOf(dir)).toContain(checksum);
    }
  });
}, 60_000);

test("a repair and a collection do not", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const { dir: base } = world;
  await succeed(["mirror", X, "--strict"], { cwd: base });
  const entries = ofModules(world.entries, X);
  for (const [at, { checksum }] of entries.slice(0, 6).entries()) {
    const path = join(base, "data", "packages", "sha256", checksum.slice(0, 2), `${checksum}.zip`);
    if (at % 2 === 0) rmSync(path);
    else writeFileSync(path, "spoilt");
  }
  await race(base, ["verify", "--repair"], ["gc"], async (dir) => {
    const all = new Set(entries.map(({ checksum }) => checksum));
    expect(new Set(archivesOf(dir))).toEqual(all);
  });
}, 60_000);

test("of many changes of registry.toml at once each is kept", async () => {
  const dir = tempDirectory();
  await succeed(["init", "."], { cwd: dir });
  const names = Array.from({ length: 6 }, (_, i) => `s${i}`);
  const commands = [
    ...names.map((name) => ["source", "add", name, "--url", `https://${name}.example`]),
    ["config", "policy.block", "evil/*"],
    ["config", "policy.min_age", "7d"],
  ];
  await Promise.all(commands.map((args) => succeed(args, { cwd: dir })));
  const sources: { name: string }[] = JSON.parse(
    await succeed(["source", "list", "--json"], { cwd: dir }),
  );
  expect(sources.map(({ name }) => name).toSorted()).toEqual(names);
  const text = readFileSync(join(dir, "registry.toml"), "utf8");
  expect(text).toMatch(/^block = \["evil\/\*"\]/m);
  expect(text).toMatch(/^min_age = "7d"/m);
}, 60_000);
