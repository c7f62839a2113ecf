/** Damage of every kind is found, told, and mended where it can be. */
import { expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { readRef } from "../../src/git/mod.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { writeModule } from "../support/module.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

interface Verified {
  archives: number;
  objects: number;
  unreferenced: number;
  problems: { kind: string; subject: string; message: string; repaired: boolean }[];
}

async function verify(
  world: Pick<World, "dir">,
  ...args: string[]
): Promise<{ code: number; done: Verified }> {
  const { code, stdout } = await execute(["verify", "--json", ...args], { cwd: world.dir });
  return { code, done: JSON.parse(stdout.trim().split("\n").at(-1)!) as Verified };
}

const archivePath = (world: World, sha256: string) =>
  join(world.dir, "data", "packages", "sha256", sha256.slice(0, 2), `${sha256}.zip`);

async function mirrored(): Promise<World> {
  const world = await createWorld();
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: world.dir });
  return world;
}

test("a sound registry is said to be sound, in one line", async () => {
  await using world = await mirrored();
  const { code, stdout } = await execute(["verify"], { cwd: world.dir });
  expect(stdout).toMatch(/^Checked \d+ archives \(.*\) and \d+ Git objects in .*: all is sound\n$/);
  expect(code).toBe(0);
});

test("a flipped bit and a lost archive are found; repair fetches both and keeps the bad bytes", async () => {
  await using world = await mirrored();
  const [first, second] = ofModules(world.entries, "moonbitlang/x");
  const path = archivePath(world, first!.checksum);
  const good = readFileSync(path);
  const bad = Buffer.from(good);
  bad[100]! ^= 1;
  writeFileSync(path, bad);
  rmSync(archivePath(world, second!.checksum));

  const found = await verify(world);
  expect(found.code).toBe(1);
  expect(found.done.problems).toHaveLength(2);
  expect(found.done.problems[0]).toMatchObject({ kind: "archive", subject: first!.checksum });
  expect(found.done.problems[0]!.message).toContain(`${first!.module}@${first!.version}`);
  expect(found.done.problems[1]!.message).toContain(second!.checksum);
  expect(readFileSync(path)).toEqual(bad);

  const { code, done } = await verify(world, "--repair");
  expect(done.problems.map(({ repaired }) => repaired)).toEqual([true, true]);
  expect(code).toBe(0);
  expect(readFileSync(path)).toEqual(good);
  const aside = join(world.dir, "data", "quarantine", `${first!.checksum}.zip`);
  expect(readFileSync(aside)).toEqual(bad);
  expect((await verify(world)).code).toBe(0);
});

test("what cannot be had again is put aside and listed as stored no more", async () => {
  await using world = await mirrored();
  const [first] = ofModules(world.entries, "moonbitlang/x");
  writeFileSync(archivePath(world, first!.checksum), "other bytes");
  world.upstream.setFaults({
    override: (path) => (path.startsWith("/user/") ? { kind: "status", status: 404 } : undefined),
  });
  const { code, done } = await verify(world, "--repair");
  expect(code).toBe(1);
  expect(done.problems).toMatchObject([{ subject: first!.checksum, repaired: false }]);
  expect(existsSync(archivePath(world, first!.checksum))).toBe(false);
  expect((await verify(world)).done.problems).toEqual([]);
});

test("what was published here and is lost is told whatever the views say, and taken from a bundle", async () => {
  await using world = await createWorld();
  const { dir } = world;
  const publish = async (version: string) => {
    const said = await succeed(["publish", writeModule({ version }), "-d", dir, "--json"], {
      cwd: dir,
    });
    return (JSON.parse(said) as { checksum: string }).checksum;
  };
  const lost = await publish("0.1.0");
  await publish("0.2.0");
  await succeed(["export", "all.bundle", "-q"], { cwd: dir });
  rmSync(archivePath(world, lost));
  // The view of what is stored moves on, and lists it no more.
  await publish("0.3.0");

  const found = await verify(world);
  expect(found.done.problems).toMatchObject([{ kind: "listing", subject: "alice/json@0.1.0" }]);
  expect(found.code).toBe(1);
  expect((await verify(world, "--repair", "--from", "all.bundle")).code).toBe(0);
  expect((await verify(world)).done.problems).toEqual([]);

  // One that the operator has blocked is nobody's, and stays behind in a bundle.
  await succeed(["config", "policy.block", "alice/json@0.1.0"], { cwd: dir });
  await succeed(["export", "blocked.bundle", "-q"], { cwd: dir });
  const replica = tempDirectory("replica");
  await succeed(["init", "."], { cwd: replica });
  await succeed(["import", join(dir, "blocked.bundle"), "-q"], { cwd: replica });
  expect((await verify({ dir: replica })).done.problems).toEqual([]);
});

test("an archive that no index names and a file that is none are told apart", async () => {
  await using world = await mirrored();
  const stranger = Bun.SHA256.hash("stranger", "hex");
  const path = archivePath(world, stranger);
  const [shard] = readdirSync(join(world.dir, "data", "packages", "sha256"));
  await Bun.write(path, "stranger");
  const stray = join(world.dir, "data", "packages", "sha256", shard!, "notes.txt");
  writeFileSync(stray, "");
  const { code, done } = await verify(world);
  expect(done.unreferenced).toBe(1);
  expect(done.problems).toMatchObject([{ kind: "file", subject: stray }]);
  expect(code).toBe(1);
});

test("a flipped byte anywhere in the index's packs is found", async () => {
  await using world = await mirrored();
  const packs = join(world.dir, "data", "index", "objects", "pack");
  const file = readdirSync(packs).find((name) => name.endsWith(".pack"))!;
  const good = readFileSync(join(packs, file));
  for (let at = 12; at < good.length; at += Math.ceil(good.length / 5)) {
    const bad = Buffer.from(good);
    bad[at]! ^= 0x10;
    writeFileSync(join(packs, file), bad);
    const { code, done } = await verify(world);
    expect({ at, code }).toEqual({ at, code: 1 });
    expect(done.problems.map(({ kind }) => kind)).toContain("git");
  }
});

test("a history that is cut, so that nobody could clone it, is found", async () => {
  await using world = await mirrored();
  const gitdir = join(world.dir, "data", "index");
  const tip = readRef(gitdir, "refs/heads/main")!;
  appendFileSync(join(gitdir, "shallow"), `${tip}\n`);
  const { code, done } = await verify(world);
  expect(code).toBe(1);
  expect(done.problems).toMatchObject([
    { kind: "git", subject: tip, message: expect.stringContaining("refs/heads/main is cut") },
  ]);
});

test("a replica whose origin can be reached again goes on with its whole history", async () => {
  await using world = await mirrored();
  // A history of one commit could not be cut.
  for (const left of [1, 2]) {
    await world.publish(world.entries.slice(left));
    await succeed(["sync", "-q"], { cwd: world.dir });
  }
  const bundle = join(tempDirectory(), "whole.bundle");
  await succeed(["export", bundle, "-q"], { cwd: world.dir });
  const replica = join(tempDirectory(), "replica");
  await succeed(["init", replica], { cwd: tempDirectory() });
  await succeed(["import", bundle, "-q"], { cwd: replica });
  await using origin = await serve(world.dir);
  await succeed(["source", "add", "up", "--url", origin.url], { cwd: replica });
  await succeed(["sync", "-q"], { cwd: replica });
  expect((await verify({ dir: replica })).done.problems).toEqual([]);
  if (!hasGit) return;
  await using server = await serve(replica);
  for (const how of [[], ["--depth", "1"]]) {
    const clone = join(tempDirectory(), "clone");
    await git(["clone", "-q", ...how, `${server.url}/git/index`, clone]);
    expect((await tryGit(["-C", clone, "fsck", "--strict"])).stderr).toBe("");
  }
});
