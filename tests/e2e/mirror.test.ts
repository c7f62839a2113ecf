/** Mirrors that meet trouble, and go on. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binary } from "../support/binary.ts";
import { execute, start, succeed } from "../support/executable.ts";
import { createRandom } from "../support/random.ts";
import { sampleIndex, withChecksum } from "../support/upstream/mod.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

interface Summary {
  type: "done";
  versions: number;
  downloaded: number;
  alreadyStored: number;
  failed: number;
  failures: Record<string, number>;
}

/** Runs `mirror` or `sync` with `--json`. */
async function run(world: World, args: readonly string[]) {
  const { code, stdout, stderr } = await execute([...args, "--json"], { cwd: world.dir });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; message?: string });
  const done = events.at(-1) as unknown as Summary;
  expect(`${done?.type} ${stderr}`).toStartWith("done");
  const warnings = events.flatMap((each) => (each.type === "warning" ? [each.message!] : []));
  return { code, done, warnings };
}

/** The hashes of all stored archives; each is checked against its bytes. */
function storedHashes(world: World): Set<string> {
  const root = join(world.dir, "data", "packages", "sha256");
  const hashes = new Set<string>();
  if (!existsSync(root)) return hashes;
  for (const shard of readdirSync(root)) {
    for (const file of readdirSync(join(root, shard))) {
      const hash = Bun.SHA256.hash(readFileSync(join(root, shard, file)), "hex");
      expect(file).toBe(`${hash}.zip`);
      hashes.add(hash);
    }
  }
  return hashes;
}

const checksums = (world: World) => new Set(world.entries.map(({ checksum }) => checksum));

test("an upstream that fails every fifth request and cuts every tenth body is mirrored whole", async () => {
  await using world = await createWorld();
  world.upstream.setFaults({ seed: 7, failRate: 0.2, truncateRate: 0.1 });
  const { code, done } = await run(world, ["mirror", "--full", "-j", "32"]);
  expect(done).toMatchObject({ versions: world.entries.length, failed: 0 });
  expect(code).toBe(0);
  expect(storedHashes(world)).toEqual(checksums(world));
}, 60_000);

test("a second run downloads nothing", async () => {
  await using world = await createWorld();
  await run(world, ["mirror", "--full"]);
  world.upstream.forgetRequests();
  const { done } = await run(world, ["mirror", "--full"]);
  expect(done).toMatchObject({ downloaded: 0, alreadyStored: world.entries.length });
  expect(world.upstream.archiveRequests()).toHaveLength(0);
});

test("new versions of what was mirrored come with the next sync", async () => {
  await using world = await createWorld();
  const [newest, ...older] = ofModules(world.entries, "moonbitlang/x").reverse();
  const rest = world.entries.filter(({ module }) => module !== "moonbitlang/x");
  await world.publish([...rest, ...older.reverse()]);
  await run(world, ["mirror", "moonbitlang/x", "--strict"]);
  expect(storedHashes(world)).not.toContain(newest!.checksum);
  await world.publish(world.entries);
  const { done } = await run(world, ["sync"]);
  expect(done.downloaded).toBe(1);
  expect(storedHashes(world)).toContain(newest!.checksum);
});

test("what failed is reported with exit code 3, and asked for again by the next run", async () => {
  await using world = await createWorld();
  const { module, version } = ofModules(world.entries, "moonbitlang/x")[0]!;
  const path = `/user/${module}/${version}.zip`;
  world.upstream.setFaults({
    override: (asked) => (asked === path ? { kind: "status", status: 404 } : undefined),
  });
  const first = await run(world, ["mirror", "moonbitlang/x", "--strict"]);
  expect(first.code).toBe(3);
  expect(first.done).toMatchObject({ failed: 1, failures: { "not-found": 1 } });
  world.upstream.setFaults({});
  const second = await run(world, ["mirror", "moonbitlang/x", "--strict"]);
  expect(second.code).toBe(0);
  expect(second.done).toMatchObject({ failed: 0, downloaded: 1 });
});

test("a source that dies on the way ends the mirror with its name, and what came is kept", async () => {
  await using world = await createWorld({ faults: { latencyMs: 5 } });
  let asked = 0;
  world.upstream.setFaults({
    override: (path) => {
      if (!path.startsWith("/user/")) return undefined;
      return ++asked > 40 ? { kind: "reset" } : undefined;
    },
  });
  const { code, stderr } = await execute(["mirror", "--full", "-j", "64", "-q"], {
    cwd: world.dir,
  });
  expect(code).toBe(1);
  expect(stderr).toContain("source up has stopped answering");
  expect(storedHashes(world).size).toBe(40);
}, 60_000);

test("bytes of another hash than the index says are never stored", async () => {
  const [first, ...rest] = sampleIndex();
  await using world = await createWorld({ entries: [first!, ...rest] });
  const bad = withChecksum(world.entries[0]!, "0".repeat(64));
  await world.publish([bad, ...world.entries.slice(1)]);
  const { code, done } = await run(world, ["mirror", "--full"]);
  expect(code).toBe(3);
  expect(done).toMatchObject({ failed: 1, failures: { "wrong-hash": 1 } });
  const stored = storedHashes(world);
  expect(stored.size).toBe(world.entries.length - 1);
  expect(stored).not.toContain("0".repeat(64));
}, 60_000);

test("a broken line is named and left out, and everything else is mirrored", async () => {
  await using world = await createWorld();
  const broken = { ...world.entries[0]!, line: "{broken" };
  await world.publish([broken, ...world.entries.slice(1)]);
  const { code, done, warnings } = await run(world, ["mirror", "--full"]);
  expect(code).toBe(0);
  expect(done.versions).toBe(world.entries.length - 1);
  expect(warnings.join("\n")).toContain(`source up: ${broken.module}, line 1: not JSON`);
});

test("a dependency that nobody has is a warning, not a failure", async () => {
  await using world = await createWorld();
  const lost = world.entries.map((entry) =>
    entry.module === "moonbitlang/parser" && entry.version === "0.1.16"
      ? { ...entry, line: entry.line.replace('"moonbitlang/x"', '"moonbitlang/gone"') }
      : entry,
  );
  await world.publish(lost);
  const { code, warnings } = await run(world, ["mirror", "--full"]);
  expect(code).toBe(0);
  expect(warnings).toEqual([
    "no source has moonbitlang/gone@0.4.39, which moonbitlang/parser@0.1.16 needs",
  ]);
});

test("a dry run says what there is to do and does none of it", async () => {
  await using world = await createWorld();
  const { done } = await run(world, ["mirror", "moonbitlang/x", "--strict", "--dry-run"]);
  expect(done).toMatchObject({ dryRun: true, downloaded: 0 } as Partial<Summary>);
  expect(world.upstream.archiveRequests()).toHaveLength(0);
  expect(storedHashes(world).size).toBe(0);
});

test("killed twenty times on its way, a mirror is completed by the run that lives", async () => {
  await using world = await createWorld({ faults: { latencyMs: 2 } });
  const random = createRandom(Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9));
  let interrupted = 0;
  for (let round = 0; round < 20; round++) {
    const child = start(["mirror", "--full", "-j", "2"], { cwd: world.dir });
    await Bun.sleep(30 + random.int(300));
    child.kill("SIGKILL");
    await child.exited;
    if (child.signalCode === "SIGKILL") interrupted++;
    storedHashes(world);
    await succeed(["status", "--json"], { cwd: world.dir });
  }
  expect({ seed: random.seed, wasInterrupted: interrupted > 0 }).toEqual({
    seed: random.seed,
    wasInterrupted: true,
  });
  const { code } = await run(world, ["mirror", "--full"]);
  expect(code).toBe(0);
  expect(storedHashes(world)).toEqual(checksums(world));
}, 60_000);

test.skipIf(process.platform === "win32")(
  "a terminal gets a bar that is redrawn, and a dumb one lines",
  async () => {
    await using world = await createWorld();
    const shownOn = async (term: string) => {
      let shown = "";
      const decoder = new TextDecoder();
      const closed = Promise.withResolvers<void>();
      const child = Bun.spawn([binary(), "mirror", "moonbitlang/x", "--latest", "3"], {
        cwd: world.dir,
        env: { PATH: "", HOME: "/nonexistent", TERM: term },
        terminal: {
          cols: 80,
          rows: 24,
          data(_, bytes) {
            shown += decoder.decode(bytes, { stream: true });
          },
          exit: () => closed.resolve(),
        },
      });
      expect(await child.exited).toBe(0);
      // What was written last may arrive after the end.
      await closed.promise;
      rmSync(join(world.dir, "data", "packages"), { recursive: true });
      return shown;
    };
    expect(await shownOn("xterm")).toContain("\u001b[?25l");
    const dumb = await shownOn("dumb");
    expect(dumb).toContain("3 versions of 1 module");
    expect(dumb).not.toContain("\u001b");
  },
);
