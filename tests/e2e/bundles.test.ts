/** Registries that are moved by bundles. */
import { expect, test } from "bun:test";
import {
  appendFileSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { execute, serve, start, succeed } from "../support/executable.ts";
import { body, COMMIT } from "../support/knitpkg.ts";
import { writeModule } from "../support/module.ts";
import { createRandom } from "../support/random.ts";
import {
  archivesOf,
  filesBelow,
  hashDirectory,
  problemsOf,
  refsOf,
} from "../support/registry-state.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, sampleIndex } from "../support/upstream/mod.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

const CLI_TIMEOUT = 60_000;

async function emptyRegistry(): Promise<string> {
  const dir = tempDirectory("island");
  await succeed(["init", "."], { cwd: dir });
  return dir;
}

async function exportTo(dir: string, ...args: string[]): Promise<{ id: string; archives: number }> {
  const stdout = await succeed(["export", ...args, "--json", "-q"], { cwd: dir });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as { id: string; archives: number };
}

async function importFrom(dir: string, ...args: string[]): Promise<Record<string, unknown>> {
  const stdout = await succeed(["import", ...args, "--json", "-q"], { cwd: dir });
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as Record<string, unknown>;
}

/** A world with a few modules mirrored. */
async function mirrored(...patterns: string[]): Promise<World> {
  const world = await createWorld();
  await succeed(["mirror", ...patterns, "-q"], { cwd: world.dir });
  return world;
}

/** @param unlisted an archive that the origin keeps, though it lists it no more */
function expectEqual(replica: string, origin: string, unlisted?: string): void {
  expect(refsOf(replica)).toEqual(refsOf(origin));
  const listed = archivesOf(origin).filter((sha256) => sha256 !== unlisted);
  expect(archivesOf(replica)).toEqual(listed);
}

const yanked = (entry: SampleEntry): SampleEntry => ({
  ...entry,
  line: entry.line.replace(/^\{/, '{"yanked":true,"yanked_reason":"broken",'),
});

test("a registry moved through three increments equals its origin, ref by ref and hash by hash", async () => {
  await using world = await mirrored("moonbitlang/x");
  const origin = world.dir;
  const replica = await emptyRegistry();
  const bundle = (name: string) => join(origin, name);

  const first = await exportTo(origin, "1.bundle");
  await importFrom(replica, bundle("1.bundle"));
  expectEqual(replica, origin);

  // New modules, a version that is yanked, one that disappears, one that is given other bytes.
  const [one, two, three, ...rest] = ofModules(world.entries, "moonbitlang/x");
  const others = world.entries.filter(({ module }) => module !== "moonbitlang/x");
  const rewritten = { ...three!, line: three!.line.replace(three!.checksum, "0".repeat(64)) };
  await world.publish([...others, yanked(one!), rewritten, ...rest]);
  await succeed(["mirror", "moonbitlang/parser", "-q"], { cwd: origin });
  await succeed(["gc", "-q"], { cwd: origin });
  const second = await exportTo(origin, "2.bundle", "--since", first.id.slice(0, 12));
  expect(second.archives).toBeGreaterThan(0);
  await importFrom(replica, bundle("2.bundle"));
  const last = async (cwd: string) =>
    JSON.parse(await succeed(["status", "--json"], { cwd })).lastBundle;
  const { id } = second;
  expect(await last(origin)).toMatchObject({ id, number: 2, isOwn: true });
  expect(await last(replica)).toMatchObject({ id, number: 2, isOwn: false });
  expectEqual(replica, origin, two!.checksum);
  expect(Object.keys(refsOf(replica))).toContain("refs/pins/up");

  // Old versions go, and with them their archives.
  await succeed(["gc", "--keep-latest", "1", "-q"], { cwd: origin });
  await exportTo(origin, "3.bundle", "--since", bundle("2.bundle"));
  const { removed } = await importFrom(replica, bundle("3.bundle"));
  expect(removed).toBeGreaterThan(0);
  expectEqual(replica, origin, two!.checksum);
  expect(archivesOf(replica)).not.toContain(two!.checksum);
  await succeed(["verify"], { cwd: replica });

  // What was served there is served here, also when the views are computed again.
  await succeed(["source", "add", "later", "--url", world.upstream.url], { cwd: replica });
  await succeed(["source", "remove", "later"], { cwd: replica });
  expectEqual(replica, origin, two!.checksum);
  await using here = await serve(replica, ["--offline"]);
  const newest = rest.at(-1)!;
  const answer = await fetch(`${here.url}/user/${newest.module}/${newest.version}.zip`);
  expect(Bun.SHA256.hash(await answer.bytes(), "hex")).toBe(newest.checksum);
}, 60_000);

test("a bundle is taken in once; an older one than the newest changes nothing", async () => {
  await using world = await mirrored("moonbitlang/x");
  const replica = await emptyRegistry();
  const base = await exportTo(world.dir, "base.bundle");
  await succeed(["mirror", "moonbitlang/parser", "-q"], { cwd: world.dir });
  await exportTo(world.dir, "old.bundle", "--since", base.id);
  await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
  const newer = await exportTo(world.dir, "new.bundle", "--since", base.id);
  await importFrom(replica, join(world.dir, "base.bundle"));
  await importFrom(replica, join(world.dir, "new.bundle"));
  expectEqual(replica, world.dir);
  const before = hashDirectory(replica);
  expect(await importFrom(replica, join(world.dir, "new.bundle"))).toMatchObject({
    outcome: "applied before",
    id: newer.id,
  });
  expect(hashDirectory(replica)).toEqual(before);
  const old = await importFrom(replica, join(world.dir, "old.bundle"));
  expect(old.outcome).toBe("superseded");
  expectEqual(replica, world.dir);
});

test("a newer bundle of the same registry does for a missing base", async () => {
  await using world = await mirrored("moonbitlang/x");
  const replica = await emptyRegistry();
  const base = await exportTo(world.dir, "base.bundle");
  await exportTo(world.dir, "whole.bundle");
  await succeed(["mirror", "moonbitlang/parser", "-q"], { cwd: world.dir });
  await exportTo(world.dir, "new.bundle", "--since", base.id);
  await importFrom(replica, join(world.dir, "whole.bundle"));
  await importFrom(replica, join(world.dir, "new.bundle"));
  expectEqual(replica, world.dir);
});

test("a whole bundle brings a replica to the same state, with what went in between", async () => {
  await using world = await mirrored("--full");
  const replica = await emptyRegistry();
  await exportTo(world.dir, "1.bundle");
  await importFrom(replica, join(world.dir, "1.bundle"));
  await succeed(["gc", "--keep-latest", "1", "-q"], { cwd: world.dir });
  await exportTo(world.dir, "2.bundle");
  await importFrom(replica, join(world.dir, "2.bundle"));
  expectEqual(replica, world.dir);
});

test("a bundle whose base is missing is refused with the name of that base", async () => {
  await using world = await mirrored("moonbitlang/x");
  const base = await exportTo(world.dir, "1.bundle");
  await succeed(["mirror", "moonbitlang/parser", "-q"], { cwd: world.dir });
  await exportTo(world.dir, "2.bundle", "--since", base.id);
  const replica = await emptyRegistry();
  const before = hashDirectory(replica);
  const { code, stderr } = await execute(["import", join(world.dir, "2.bundle")], { cwd: replica });
  expect(code).toBe(1);
  expect(stderr).toContain(base.id);
  expect(hashDirectory(replica)).toEqual(before);
});

test("a bundle goes through a pipe, from one process to another", async () => {
  await using world = await mirrored("moonbitlang/x");
  const replica = await emptyRegistry();
  const from = start(["export", "-"], { cwd: world.dir });
  const { binary } = await import("../support/binary.ts");
  const to = Bun.spawn([binary(), "import", "-"], {
    cwd: replica,
    stdin: from.stdout,
    stdout: "pipe",
    stderr: "pipe",
  });
  expect([await from.exited, await to.exited]).toEqual([0, 0]);
  expectEqual(replica, world.dir);
});

/** What it says, up to a part. */
async function until(stream: ReadableStream<Uint8Array>, part: string): Promise<void> {
  const reader = stream.getReader();
  for (let said = ""; !said.includes(part); ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`it ended without ${part}: ${said}`);
    said += new TextDecoder().decode(value);
  }
  reader.releaseLock();
}

test.if(process.platform !== "win32")(
  "one Ctrl-C ends an import that waits for a pipe, also one whose pipe ended with it",
  async () => {
    await using world = await mirrored("moonbitlang/x");
    await exportTo(world.dir, "whole.bundle");
    const bytes = readFileSync(join(world.dir, "whole.bundle"));
    // Into the first file behind the head: from there on it waits.
    const begun = bytes.subarray(0, bytes.lastIndexOf("index/objects.pack") + 600);
    for (const isEnded of [false, true]) {
      const replica = await emptyRegistry();
      const { binary } = await import("../support/binary.ts");
      const child = Bun.spawn([binary(), "import", "-", "--json"], {
        cwd: replica,
        stdin: "pipe",
        stdout: "pipe",
        stderr: "pipe",
      });
      child.stdin.write(begun);
      await child.stdin.flush();
      await until(child.stdout, "importing");
      child.kill("SIGINT");
      if (isEnded) await child.stdin.end();
      const told = await new Response(child.stderr).text();
      expect([await child.exited, told]).toEqual([130, expect.stringContaining("interrupted")]);
    }
  },
);

test.if(process.platform !== "win32")(
  "one Ctrl-C ends an export that nobody reads on",
  async () => {
    await using world = await createWorld({
      entries: ofModules(sampleIndex(), "moonbitlang/x").slice(0, 1),
      sizeOf: () => 2_000_000,
    });
    await succeed(["mirror", "moonbitlang/x", "--latest", "1", "--strict"], { cwd: world.dir });
    await exportTo(world.dir, "whole.bundle");
    const { size } = statSync(join(world.dir, "whole.bundle"));
    const pipe = join(tempDirectory("pipe"), "fifo");
    expect(Bun.spawnSync(["mkfifo", pipe]).exitCode).toBe(0);
    // Also for reading, so that it is open though nobody reads.
    const fd = openSync(pipe, "r+");
    try {
      const { binary } = await import("../support/binary.ts");
      const child = Bun.spawn(["/bin/sh", "-c", 'exec "$0" export - > "$1"', binary(), pipe], {
        cwd: world.dir,
        stderr: "pipe",
      });
      // Up to its one archive, which is more than a pipe holds.
      for (let left = size - 1_900_000; left > 0; ) {
        const { bytesRead } = await promisify(read)(fd, Buffer.alloc(left), 0, left, null);
        left -= bytesRead;
      }
      child.kill("SIGINT");
      const told = await new Response(child.stderr).text();
      expect([await child.exited, told]).toEqual([130, expect.stringContaining("interrupted")]);
    } finally {
      closeSync(fd);
    }
  },
);

test("tar takes a bundle apart, and the parts of a split one are the whole", async () => {
  await using world = await mirrored("moonbitlang/x");
  await exportTo(world.dir, "whole.bundle", "--split", "20k");
  const parts = readdirSync(world.dir)
    .filter((file) => file.startsWith("whole.bundle."))
    .sort();
  expect(parts.length).toBeGreaterThan(2);
  for (const part of parts)
    expect(Bun.file(join(world.dir, part)).size).toBeLessThanOrEqual(20_480);

  const replica = await emptyRegistry();
  await importFrom(replica, join(world.dir, "whole.bundle"));
  expectEqual(replica, world.dir);

  const joined = Buffer.concat(parts.map((part) => readFileSync(join(world.dir, part))));
  const taken = tempDirectory("taken");
  const tar = Bun.spawnSync(["tar", "-xf", "-", "-C", taken], { stdin: joined });
  expect(tar.exitCode).toBe(0);
  const sums = Bun.spawnSync(["sha256sum", "-c", "--quiet", "SHA256SUMS"], { cwd: taken });
  expect(sums.exitCode).toBe(0);
  // What tar took apart is a bundle too.
  const second = await emptyRegistry();
  await importFrom(second, taken);
  expectEqual(second, world.dir);

  rmSync(join(world.dir, parts[1]!));
  const third = await emptyRegistry();
  const { code } = await execute(["import", join(world.dir, "whole.bundle")], { cwd: third });
  expect(code).toBe(1);
});

test("a directory can be audited, goes on after an interruption, and is taken in", async () => {
  await using world = await mirrored("--full");
  const drive = join(tempDirectory("drive"), "moon");
  const child = start(["export", `${drive}/`], { cwd: world.dir });
  while (!existsSync(join(drive, "packages"))) await Bun.sleep(1);
  child.kill("SIGKILL");
  await child.exited;
  const done = (await exportTo(world.dir, `${drive}/`)) as unknown as { there: number };
  expect(done.there).toBeGreaterThan(0);
  expect(filesBelow(drive).filter((path) => path.endsWith(".partial"))).toEqual([]);
  const sums = Bun.spawnSync(["sha256sum", "-c", "--quiet", "SHA256SUMS"], { cwd: drive });
  expect(sums.exitCode).toBe(0);
  const replica = await emptyRegistry();
  await importFrom(replica, drive);
  expectEqual(replica, world.dir);
  // A drive that takes care of no case, and no two names that it would take for one.
  const names = filesBelow(drive).map((path) => path.slice(drive.length + 1));
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[\x21-\x7e]+$/);
});

test("names that differ only in case or in how an accent is written survive", async () => {
  const make = (module: string): SampleEntry => {
    const line = JSON.stringify({ name: module, version: "1.0.0", checksum: "0".repeat(64) });
    return { module, version: "1.0.0", checksum: "0".repeat(64), line };
  };
  const names = [
    "Ada/Tools",
    "ada/tools",
    "ada/TOOLS",
    "ada/caf\u00e9",
    "ada/cafe\u0301",
    "日本/語",
  ];
  await using world = await createWorld({ entries: names.map(make) });
  await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
  const replica = await emptyRegistry();
  await exportTo(world.dir, "names.bundle");
  await importFrom(replica, join(world.dir, "names.bundle"));
  expectEqual(replica, world.dir);
  expect(archivesOf(replica)).toHaveLength(names.length);
  await using server = await serve(replica, ["--offline"]);
  for (const { module, version, checksum } of world.entries) {
    const answer = await fetch(`${server.url}/user/${encodeURI(module)}/${version}.zip`);
    expect([module, Bun.SHA256.hash(await answer.bytes(), "hex")]).toEqual([module, checksum]);
  }
  const paths = filesBelow(join(replica, "data")).map((path) => path.slice(replica.length));
  expect(new Set(paths.map((path) => path.normalize("NFC").toLowerCase())).size).toBe(paths.length);
});

test("what cannot be written down or read is told of in two lines", async () => {
  await using world = await mirrored("moonbitlang/x");
  const nowhere = join(world.dir, "no", "such", "x.bundle");
  const unwritten = await execute(["export", nowhere, "-q"], { cwd: world.dir });
  expect([unwritten.code, unwritten.stderr.split("\n").length]).toEqual([1, 3]);
  expect(unwritten.stderr).toContain("the bundle cannot be written");
  const other = await execute(["import", join(world.dir, "registry.toml")], { cwd: world.dir });
  expect(other.stderr).toContain("that is no bundle");

  // As on a medium that is read-only: there can be no lock, and no record.
  rmSync(join(world.dir, "data", "lock"));
  mkdirSync(join(world.dir, "data", "lock"));
  const { code, stderr } = await execute(["export", "x.bundle"], { cwd: world.dir });
  expect(code).toBe(0);
  expect(stderr).toContain("this bundle is not remembered");
  const replica = await emptyRegistry();
  await importFrom(replica, join(world.dir, "x.bundle"));
  expectEqual(replica, world.dir);
  await exportTo(world.dir, "y.bundle", "--since", "x.bundle");
  await importFrom(replica, join(world.dir, "y.bundle"));
});

test("what lies beside the index travels, and is not collected", async () => {
  await using world = await createWorld({ symbols: Buffer.from("symbols of all modules") });
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: world.dir });
  const program = Bun.SHA256.hash("a program", "hex");
  const store = join(world.dir, "data", "packages", "sha256");
  await Bun.write(join(store, program.slice(0, 2), `${program}.zip`), "a program");
  const assets = { format: 1, assets: { "moonbitlang/x@0.1.0/x.wasm": program } };
  await Bun.write(join(world.dir, "data", "assets.json"), `${JSON.stringify(assets)}\n`);
  await succeed(["gc", "--keep-latest", "1", "-q"], { cwd: world.dir });
  expect(archivesOf(world.dir)).toContain(program);
  const replica = await emptyRegistry();
  await exportTo(world.dir, "x.bundle");
  await importFrom(replica, join(world.dir, "x.bundle"));
  expectEqual(replica, world.dir);
  for (const file of ["symbols.json", "assets.json"]) {
    const at = (dir: string) => readFileSync(join(dir, "data", file), "utf8");
    expect(at(replica)).toBe(at(world.dir));
  }
  await using server = await serve(replica, ["--offline"]);
  expect(await (await fetch(`${server.url}/symbols.zip`)).text()).toBe("symbols of all modules");
});

test("a source that is asked here too keeps what it said later than the bundle", async () => {
  await using world = await mirrored("moonbitlang/x");
  await exportTo(world.dir, "old.bundle");
  const here = await emptyRegistry();
  await succeed(["source", "add", "up", "--url", world.upstream.url], { cwd: here });
  const [first, ...rest] = world.entries;
  await world.publish([yanked(first!), ...rest]);
  await succeed(["mirror", "moonbitlang/x", "-q"], { cwd: here });
  const before = refsOf(here);
  await importFrom(here, join(world.dir, "old.bundle"));
  // One more tells what the bundle listed.
  expect(refsOf(here)).toMatchObject(before);
});

test("what was published travels with its yanks, is never collected, and has one home", async () => {
  await using world = await mirrored("moonbitlang/x");
  const replica = await emptyRegistry();
  const publish = (dir: string, version: string) =>
    succeed(["publish", writeModule({ name: "team/tools", version }), "-q"], { cwd: dir });
  for (const version of ["1.0.0", "1.1.0"]) await publish(world.dir, version);
  const first = await exportTo(world.dir, "1.bundle");
  await importFrom(replica, join(world.dir, "1.bundle"));
  expectEqual(replica, world.dir);
  expect(Object.keys(refsOf(replica))).toContain("refs/heads/published");

  await succeed(["yank", "team/tools@1.0.0", "-q"], { cwd: world.dir });
  await succeed(["gc", "--keep-latest", "1", "-q"], { cwd: world.dir });
  await exportTo(world.dir, "2.bundle", "--since", first.id);
  await importFrom(replica, join(world.dir, "2.bundle"));
  expectEqual(replica, world.dir);
  await using server = await serve(replica, ["--offline"]);
  const url = `${server.url}/user/team/tools/1.0.0.zip`;
  expect((await fetch(url)).status).toBe(200);

  await publish(replica, "2.0.0");
  await publish(world.dir, "1.2.0");
  await exportTo(world.dir, "3.bundle");
  const before = refsOf(replica);
  const refused = await execute(["import", join(world.dir, "3.bundle")], { cwd: replica });
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("both registries have published"),
  ]);
  expect(refsOf(replica)).toEqual(before);
});

test("a signature is made, wanted and checked", async () => {
  await using world = await mirrored("moonbitlang/x");
  await succeed(["key", "generate", "ours.key"], { cwd: world.dir });
  await succeed(["key", "generate", "theirs.key"], { cwd: world.dir });
  await exportTo(world.dir, "plain.bundle");
  await exportTo(world.dir, "signed.bundle", "--sign", "ours.key");
  const replica = await emptyRegistry();
  const before = hashDirectory(replica);
  const at = (name: string) => join(world.dir, name);
  const refused = async (bundle: string, key: string) => {
    const args = ["import", at(bundle), "--require-signature", at(key)];
    const { code, stderr } = await execute(args, { cwd: replica });
    expect(code).toBe(1);
    expect(hashDirectory(replica)).toEqual(before);
    return stderr;
  };
  expect(await refused("plain.bundle", "ours.key.pub")).toContain("is not signed");
  expect(await refused("signed.bundle", "theirs.key.pub")).toContain("is signed by ed25519:");
  await importFrom(replica, at("signed.bundle"), "--require-signature", at("ours.key.pub"));
  expectEqual(replica, world.dir);
});

test("a registry with a source of its own keeps it beside what a bundle brings", async () => {
  await using world = await mirrored("moonbitlang/x");
  await exportTo(world.dir, "up.bundle");
  const make = (module: string): SampleEntry => {
    const line = JSON.stringify({ name: module, version: "1.0.0", checksum: "0".repeat(64) });
    return { module, version: "1.0.0", checksum: "0".repeat(64), line };
  };
  await using other = await createWorld({ entries: [make("inner/tools"), make("moonbitlang/x")] });
  // The same name for two registries is a trap.
  const clash = await execute(["import", join(world.dir, "up.bundle")], { cwd: other.dir });
  expect(clash.stderr).toContain("the source up is");
  expect(clash.code).toBe(1);
  const mine = await emptyRegistry();
  await succeed(["source", "add", "inner", "--url", other.upstream.url, "--priority", "1"], {
    cwd: mine,
  });
  await succeed(["mirror", "inner/*", "-q"], { cwd: mine });
  await importFrom(mine, join(world.dir, "up.bundle"));
  const status = JSON.parse(await succeed(["status", "--json"], { cwd: mine })) as {
    listed: { modules: number };
  };
  // All of the world's modules; x is the nearer source's, and inner/tools is one more.
  const modules = new Set(world.entries.map(({ module }) => module));
  expect(status.listed.modules).toBe(modules.size + 1);
  await succeed(["sync", "-q"], { cwd: mine });
  await succeed(["verify"], { cwd: mine });
});

test(
  "killed at random points, an import is completed by the one that lives",
  async () => {
    await using world = await mirrored("moonbitlang/x");
    const base = await exportTo(world.dir, "1.bundle");
    await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
    await exportTo(world.dir, "2.bundle", "--since", base.id);
    const random = createRandom(Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9));
    let killed = 0;
    const first = await emptyRegistry();
    await importFrom(first, join(world.dir, "1.bundle"));
    for (let round = 0; round < 2; round++) {
      const replica = tempDirectory("island");
      cpSync(first, replica, { recursive: true });
      for (let time = 0; time < 8; time++) {
        const child = start(["import", join(world.dir, "2.bundle")], { cwd: replica });
        await Bun.sleep(10 + random.int(90));
        child.kill("SIGKILL");
        await child.exited;
        if (child.signalCode === "SIGKILL") killed++;
        // What is listed is there, and all that is there is sound.
        expect([random.seed, ...(await problemsOf(replica))]).toEqual([random.seed]);
      }
      await importFrom(replica, join(world.dir, "2.bundle"));
      expectEqual(replica, world.dir);
    }
    expect({ seed: random.seed, wasKilled: killed > 0 }).toEqual({
      seed: random.seed,
      wasKilled: true,
    });
  },
  CLI_TIMEOUT,
);

test("repair takes out of a bundle what no source has any more", async () => {
  await using world = await mirrored("moonbitlang/x");
  await exportTo(world.dir, "all.bundle");
  const replica = await emptyRegistry();
  await importFrom(replica, join(world.dir, "all.bundle"));
  const [victim] = filesBelow(join(replica, "data", "packages", "sha256"));
  appendFileSync(victim!, "!");
  expect((await execute(["verify"], { cwd: replica })).code).toBe(1);
  const bundle = join(world.dir, "all.bundle");
  await succeed(["verify", "--repair", "--from", bundle], { cwd: replica });
  expectEqual(replica, world.dir);
});

test(
  "memory does not grow with what goes through",
  async () => {
    const through = async (size: number): Promise<{ bytes: number; maxRss: number }> => {
      await using world = await createWorld({
        entries: ofModules(sampleIndex(), "moonbitlang/x").slice(0, 20),
        sizeOf: () => size,
      });
      await succeed(["mirror", "--full", "-q"], { cwd: world.dir });
      const out = await execute(["export", "x.bundle", "-q"], { cwd: world.dir });
      const replica = await emptyRegistry();
      const bundle = join(world.dir, "x.bundle");
      const back = await execute(["import", bundle, "-q"], { cwd: replica });
      expect([out.code, back.code]).toEqual([0, 0]);
      return { bytes: Bun.file(bundle).size, maxRss: Math.max(out.maxRss, back.maxRss) };
    };
    const small = await through(4 * 1024);
    const big = await through(4 * 1024 * 1024);
    expect(big.bytes).toBeGreaterThan(80 * 1024 * 1024);
    // The same, but for what a garbage collector has not come to yet.
    if (big.maxRss > 0) expect(big.maxRss - small.maxRss).toBeLessThan(big.bytes / 2);
  },
  CLI_TIMEOUT,
);

test("KnitPkg projects travel too, yanks and owners with them", async () => {
  const origin = await emptyRegistry();
  await succeed(["config", "knitpkg.verify_commits", "false"], { cwd: origin });
  const created = await succeed(["token", "create", "ann", "--scope", "publish:*", "--json"], {
    cwd: origin,
  });
  const { token } = JSON.parse(created) as { token: string };
  const headers = { authorization: `Bearer ${token}`, "x-provider": "local" };
  const resolve = (url: string, range: string) =>
    fetch(`${url}/v1/project/mql5/acme/core/${encodeURIComponent(range)}/resolve`);
  const post = async (url: string, path: string, json?: unknown) => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    expect(response.ok).toBe(true);
  };
  const replica = await emptyRegistry();
  const bundles = tempDirectory();
  {
    await using server = await serve(origin);
    await post(server.url, "/v1/project/register", body());
    await post(server.url, "/v1/project/register", body({ version: "1.1.0" }));
    await exportTo(origin, join(bundles, "one.tar"));
    await post(server.url, "/v1/project/mql5/acme/core/1.1.0/yank");
    await exportTo(origin, join(bundles, "two.tar"), "--since", join(bundles, "one.tar"));
  }
  await importFrom(replica, join(bundles, "one.tar"));
  {
    await using server = await serve(replica, ["--offline"]);
    const found = await resolve(server.url, "^1.0.0");
    expect(await found.json()).toMatchObject({ resolved_version: "1.1.0", commit_hash: COMMIT });
  }
  await importFrom(replica, join(bundles, "two.tar"));
  expect(refsOf(replica)).toEqual(refsOf(origin));
  await using server = await serve(replica, ["--offline"]);
  const found = await resolve(server.url, "^1.0.0");
  expect(await found.json()).toMatchObject({ resolved_version: "1.0.0" });
  await succeed(["verify"], { cwd: replica });
  await succeed(["gc"], { cwd: replica });
  expect(refsOf(replica)).toEqual(refsOf(origin));
}, 30_000);
