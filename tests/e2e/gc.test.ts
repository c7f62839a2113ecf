/** What nothing refers to goes, and nothing else, whenever it is killed. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { compare } from "semver";
import { withLock } from "../../src/registry/lock.ts";
import { execute, start, succeed } from "../support/executable.ts";
import { createRandom } from "../support/random.ts";
import { problemsOf } from "../support/registry-state.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

interface Collected {
  archives: { sha256: string; version: string | null; size: number }[];
  leftovers: { path: string }[];
  gitObjects: number;
  bytes: number;
}

async function gc(world: World, ...args: string[]): Promise<Collected> {
  const stdout = await succeed(["gc", "--json", ...args], { cwd: world.dir });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Collected;
}

const packages = (world: World) => join(world.dir, "data", "packages");

function stored(world: World): Set<string> {
  const root = join(packages(world), "sha256");
  return new Set(
    readdirSync(root).flatMap((shard) =>
      readdirSync(join(root, shard)).map((file) => file.replace(".zip", "")),
    ),
  );
}

async function addWaste(world: World, text: string): Promise<string> {
  const hash = Bun.SHA256.hash(text, "hex");
  await Bun.write(join(packages(world), "sha256", hash.slice(0, 2), `${hash}.zip`), text);
  return hash;
}

test("a dry run lists what would go and how much; gc removes just that", async () => {
  await using world = await createWorld();
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: world.dir });
  const before = stored(world);
  const waste = await addWaste(world, "nobody knows me");
  const host = Bun.SHA256.hash(hostname(), "hex").slice(0, 8);
  const leftover = join(packages(world), "tmp", `${host}-999999999-aaaaaa-0`);
  await Bun.write(leftover, "cut sho");
  const draft = join(world.dir, "data", "index", "refs", "heads", ".tmp-999999999-x1-0");
  writeFileSync(draft, "cut");
  const orphans = ["pack", "closed"].map((extension) =>
    join(world.dir, "data", "index", "objects", "pack", `pack-00.${extension}`),
  );
  for (const orphan of orphans) writeFileSync(orphan, "cut");

  const { stdout, stderr } = await execute(["gc", "--dry-run"], { cwd: world.dir });
  expect(stdout.trim().split("\n").sort()).toEqual([waste, leftover, draft, ...orphans].sort());
  expect(stderr).toContain("Would remove 1 archive, 4 leftovers");
  expect(existsSync(leftover)).toBe(true);

  const done = await gc(world);
  expect(done.archives).toEqual([{ sha256: waste, size: 15, version: null }]);
  for (const path of [leftover, draft, ...orphans]) expect(existsSync(path)).toBe(false);
  expect(stored(world)).toEqual(before);
  await succeed(["verify"], { cwd: world.dir });
  expect(await gc(world)).toMatchObject({ archives: [], leftovers: [], gitObjects: 0, bytes: 0 });
});

test("keep-latest keeps the newest versions and what those need, and lists no more than it keeps", async () => {
  await using world = await createWorld();
  await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
  await gc(world, "--keep-latest", "1");
  const kept = stored(world);
  const modules = new Set(world.entries.map(({ module }) => module));
  for (const module of modules) {
    const [newest] = ofModules(world.entries, module).sort((a, b) => compare(b.version, a.version));
    expect(kept).toContain(newest!.checksum);
    const deps = (JSON.parse(newest!.line) as { deps?: Record<string, string> }).deps ?? {};
    for (const [name, version] of Object.entries(deps)) {
      const needed = ofModules(world.entries, name).find((each) => each.version === version);
      if (needed) expect(kept).toContain(needed.checksum);
    }
  }
  expect(kept.size).toBeLessThan(world.entries.length);
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: world.dir })) as {
    stored: { versions: number };
  };
  expect(status.stored.versions).toBe(kept.size);
  await succeed(["verify"], { cwd: world.dir });
});

test("gc waits for nobody: while another writes it says who", async () => {
  await using world = await createWorld();
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: world.dir });
  const lock = join(world.dir, "data", "lock");
  const { code, stderr } = await withLock(lock, "mirror", () =>
    execute(["gc"], { cwd: world.dir }),
  );
  expect(code).toBe(1);
  expect(stderr).toContain(`process ${process.pid}`);
});

test("killed at random points, gc loses nothing that is kept", async () => {
  await using world = await createWorld();
  await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
  const random = createRandom(Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9));
  const all = stored(world);
  let killed = 0;
  for (let round = 0; round < 10; round++) {
    for (let at = 0; at < 60; at++) await addWaste(world, `waste ${round} ${at}`);
    const child = start(["gc"], { cwd: world.dir });
    await Bun.sleep(5 + random.int(60));
    child.kill("SIGKILL");
    await child.exited;
    if (child.signalCode === "SIGKILL") killed++;
    expect([random.seed, ...(await problemsOf(world.dir))]).toEqual([random.seed]);
  }
  expect({ seed: random.seed, wasKilled: killed > 0 }).toEqual({
    seed: random.seed,
    wasKilled: true,
  });
  await gc(world);
  expect(stored(world)).toEqual(all);
}, 60_000);
