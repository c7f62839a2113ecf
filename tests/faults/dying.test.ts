/** Killed before any one of its writes, a command leaves a registry that is whole, and that goes on. */
import { expect, test } from "bun:test";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { forEachLimit } from "../../src/download/mod.ts";
import { readRef } from "../../src/git/mod.ts";
import { openSnapshot } from "../../src/index/mod.ts";
import { openRegistry, status } from "../../src/registry/mod.ts";
import { diesAt } from "../support/dying.ts";
import { succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { archivesOf, refsOf } from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

/** Every byte in the store is what its name says, and what is listed as stored is stored. */
async function checkWhole(dir: string): Promise<void> {
  const { archives, objects, paths } = openRegistry(join(dir, "registry.toml"));
  for (const sha256 of await archives.list()) {
    const body = await archives.get(sha256);
    expect(Bun.SHA256.hash(await body!.bytes(), "hex")).toBe(sha256);
  }
  for (const view of ["main", "stored"]) {
    const tip = readRef(paths.index, `refs/heads/${view}`);
    if (tip === undefined) continue;
    const snapshot = openSnapshot(objects, tip);
    for (const module of snapshot.modules().keys()) {
      for (const { entry } of snapshot.module(module)!.lines) {
        if (view === "stored") expect(archives.has(entry.checksum)).toBe(true);
      }
    }
  }
  if (hasGit && readRef(paths.index, "refs/heads/main") !== undefined) {
    expect(await git(["-C", paths.index, "fsck", "--strict"])).not.toMatch(/error|missing|broken/);
  }
  objects.close();
}

const stored = async (dir: string) =>
  (await status(openRegistry(join(dir, "registry.toml")))).stored;

/** Every third step is tried, beginning with another one each time; 1 tries all of them. */
const STRIDE = Number(process.env.MOONBIT_REGISTRY_TEST_STRIDE ?? 3);

/**
 * Kills a command before one step after the other until it lives, each time in a copy of a registry;
 * then runs it again, and lets the caller look.
 */
async function killAtEachStep(
  { dir }: Pick<World, "dir">,
  args: readonly string[],
  look: (dir: string) => Promise<void>,
): Promise<number> {
  let steps = 0;
  let isOver = false;
  const first = 1 + (Date.now() % STRIDE);
  const tries = (function* () {
    for (let n = first; !isOver; n += STRIDE) yield n;
  })();
  await forEachLimit(tries, 2, async (n) => {
    const copy = join(tempDirectory("dying"), "registry");
    cpSync(dir, copy, { recursive: true });
    try {
      if (await diesAt(n, args, copy)) steps = Math.max(steps, n);
      else isOver = true;
      await checkWhole(copy);
      await succeed(args, { cwd: copy });
      await checkWhole(copy);
      await look(copy);
    } catch (error) {
      throw new Error(`killed before step ${n}`, { cause: error });
    }
    rmSync(copy, { recursive: true });
  });
  return steps;
}

test("a mirror", async () => {
  await using world = await createWorld();
  const entries = ofModules(world.entries, "moonbitlang/x").slice(0, 3);
  await world.publish(entries);
  const steps = await killAtEachStep(world, ["mirror", "moonbitlang/x", "--strict"], async (dir) =>
    expect(await stored(dir)).toMatchObject({ modules: 1, versions: 3, archives: 3 }),
  );
  expect(steps).toBeGreaterThan(20);
}, 60_000);

test("a sync that brings new versions", async () => {
  await using world = await createWorld();
  const entries = ofModules(world.entries, "moonbitlang/x");
  await world.publish(entries.slice(0, 2));
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: world.dir });
  await world.publish(entries.slice(0, 4));
  const steps = await killAtEachStep(world, ["sync"], async (dir) =>
    expect(await stored(dir)).toMatchObject({ modules: 1, versions: 4, archives: 4 }),
  );
  expect(steps).toBeGreaterThan(20);
}, 60_000);

test("a change of the settings that changes what is served", async () => {
  await using world = await createWorld();
  const [blocked, ...rest] = ofModules(world.entries, "moonbitlang/x").slice(0, 3);
  await world.publish([blocked!, ...rest]);
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: world.dir });
  const before = (await stored(world.dir)).versions;
  const name = `moonbitlang/x@${blocked!.version}`;
  const steps = await killAtEachStep(world, ["config", "policy.block", name], async (dir) =>
    expect((await stored(dir)).versions).toBe(before - 1),
  );
  expect(steps).toBeGreaterThan(10);
}, 60_000);

/** A registry that has moved on since a bundle, that bundle, one of what is new, and a replica. */
async function increment(world: World) {
  const entries = ofModules(world.entries, "moonbitlang/x");
  const at = (name: string) => join(world.dir, name);
  await world.publish(entries.slice(0, 3));
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: world.dir });
  await succeed(["export", "1.bundle"], { cwd: world.dir });
  const replica = tempDirectory("replica");
  await succeed(["init", "."], { cwd: replica });
  await succeed(["import", at("1.bundle")], { cwd: replica });
  // One goes and two come.
  await world.publish(entries.slice(1, 5));
  await succeed(["sync"], { cwd: world.dir });
  await succeed(["gc"], { cwd: world.dir });
  await succeed(["export", "2.bundle", "--since", "1.bundle"], { cwd: world.dir });
  return { replica, bundle: at("2.bundle"), gone: entries[0]!.checksum };
}

test("an import", async () => {
  await using world = await createWorld();
  const { replica, bundle, gone } = await increment(world);
  // The origin keeps what disappeared, in case that it comes back with other bytes.
  const listed = archivesOf(world.dir).filter((sha256) => sha256 !== gone);
  const steps = await killAtEachStep({ dir: replica }, ["import", bundle], async (dir) => {
    expect(refsOf(dir)).toEqual(refsOf(world.dir));
    expect(archivesOf(dir)).toEqual(listed);
  });
  expect(steps).toBeGreaterThan(20);
}, 60_000);

test("a collection of old versions", async () => {
  await using world = await createWorld();
  await world.publish(ofModules(world.entries, "moonbitlang/x").slice(0, 4));
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: world.dir });
  const steps = await killAtEachStep(world, ["gc", "--keep-latest", "2"], async (dir) =>
    expect(await stored(dir)).toMatchObject({ modules: 1, versions: 2, archives: 2 }),
  );
  expect(steps).toBeGreaterThan(8);
}, 60_000);
