/**
 * A disk that fills at some point of a command, or under a running server. What is said is one message
 * with a way out; nothing wrong is stored, nothing that is listed is missing; with room again it goes on.
 */
import { describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { openDirectory, packModule } from "../../src/packaging/mod.ts";
import { execute, serve, succeed } from "../support/executable.ts";
import { git, hasGit } from "../support/git.ts";
import { type SampleModule, writeModule } from "../support/module.ts";
import { createRandom } from "../support/random.ts";
import { problemsOf } from "../support/registry-state.ts";
import { canMount, createSmallDisk } from "../support/small-disk.ts";
import { tempDirectory } from "../support/temp.ts";
import { createWorld, ofModules, type World } from "../support/world.ts";

const KIB = 1024;
const X = "moonbitlang/x";
const hasDisk = await canMount();
const where = hasDisk ? "" : " (skipped: no tmpfs can be mounted here, which takes root or sudo)";

/** An upstream with three versions of a module, the second of which is no small archive. */
async function smallWorld(): Promise<World> {
  const world = await createWorld({ sizeOf: (_, at) => (at % 2 === 0 ? 300 * KIB : 10 * KIB) });
  await world.publish(ofModules(world.entries, X).slice(0, 3));
  return world;
}

interface Sweep {
  readonly base: string;
  readonly args: readonly string[];
  /** Free KiB to begin with: of the first it must fail, of the last it must work. */
  readonly sizes: readonly number[];
  /** An archive is spoilt to begin with, which `verify` tells until the command has worked. */
  readonly isSpoilt?: boolean;
}

async function sweep({ base, args, sizes, isSpoilt = false }: Sweep): Promise<void> {
  await using disk = await createSmallDisk(16);
  const codes: number[] = [];
  for (const size of sizes) {
    const dir = join(disk.dir, "registry");
    cpSync(base, dir, { recursive: true });
    disk.leave(size * KIB);
    const { code, stderr, stdout } = await execute(args, { cwd: dir });
    codes.push(code);
    try {
      expect(code).toBeOneOf([0, 1]);
      if (code === 1) {
        const errors = stderr.split("\n").filter((line) => line.startsWith("error:"));
        expect(errors).toHaveLength(1);
        expect(errors[0]).toMatch(/disk is full|no space left/);
        expect(errors[0]).toContain(disk.dir);
        expect(stderr).toContain("\nhint:  ");
      }
      if (!isSpoilt) expect(await problemsOf(dir)).toEqual([]);
      disk.makeRoom();
      await succeed(args, { cwd: dir });
      expect(await problemsOf(dir)).toEqual([]);
    } catch (error) {
      const message = `${args.join(" ")} with ${size} KiB left:\n${stderr}${stdout}`;
      throw new Error(message, { cause: error });
    }
    rmSync(dir, { recursive: true });
  }
  expect([codes[0], codes.at(-1)]).toEqual([1, 0]);
}

const archivePath = (dir: string, sha256: string) =>
  join(dir, "data", "packages", "sha256", sha256.slice(0, 2), `${sha256}.zip`);

describe.skipIf(!hasDisk)(`when the disk fills${where}`, () => {
  test("a mirror says so and stops; with room again it goes on", async () => {
    await using world = await smallWorld();
    const args = ["mirror", X, "--strict"];
    await sweep({ base: world.dir, args, sizes: [0, 8, 16, 40, 60, 80, 100, 400, 1500] });
  });

  test("so does a sync", async () => {
    await using world = await smallWorld();
    await succeed(["mirror", X, "--strict"], { cwd: world.dir });
    await world.publish(ofModules(world.entries, X).slice(0, 5));
    await sweep({ base: world.dir, args: ["sync"], sizes: [0, 8, 16, 24, 60, 400, 1500] });
  });

  test("so does a publication", async () => {
    const base = tempDirectory("registry");
    await succeed(["init", "."], { cwd: base });
    await sweep({ base, args: ["publish", writeModule()], sizes: [0, 4, 8, 12, 20, 28, 200] });
  });

  test("so does an import", async () => {
    await using world = await smallWorld();
    await succeed(["mirror", X, "--strict"], { cwd: world.dir });
    await succeed(["export", "1.bundle"], { cwd: world.dir });
    const base = tempDirectory("replica");
    await succeed(["init", "."], { cwd: base });
    const args = ["import", join(world.dir, "1.bundle")];
    await sweep({ base, args, sizes: [0, 8, 16, 40, 400, 640, 1500] });
  });

  test("so does a repair", async () => {
    await using world = await smallWorld();
    await succeed(["mirror", X, "--strict"], { cwd: world.dir });
    const [first] = ofModules(world.entries, X);
    writeFileSync(archivePath(world.dir, first!.checksum), "spoilt");
    const args = ["verify", "--repair"];
    await sweep({ base: world.dir, args, sizes: [0, 4, 8, 100, 1500], isSpoilt: true });
  });

  test("what nothing names can be cleared away all the same, down to the last byte", async () => {
    await using world = await smallWorld();
    await using disk = await createSmallDisk(16);
    await succeed(["mirror", X, "--strict"], { cwd: world.dir });
    const dir = join(disk.dir, "registry");
    cpSync(world.dir, dir, { recursive: true });
    const bytes = Buffer.alloc(100 * KIB, "nobody's");
    const stray = archivePath(dir, Bun.SHA256.hash(bytes, "hex"));
    mkdirSync(dirname(stray), { recursive: true });
    writeFileSync(stray, bytes);
    disk.leave(0);
    // The older versions' removal takes a new view, for which the stray archive makes room.
    await succeed(["gc", "--keep-latest", "1"], { cwd: dir });
    expect(existsSync(stray)).toBe(false);
    expect(await problemsOf(dir)).toEqual([]);
  });

  test("a server goes on with what is stored, and refuses what there is no room for", async () => {
    const sizes: Record<string, number> = { "li/hello": 10 * KIB, "illusory0x0/🐫": 600 * KIB };
    await using world = await createWorld({ sizeOf: ({ module }) => sizes[module] ?? 0 });
    await using disk = await createSmallDisk(16);
    await succeed(["mirror", X, "--strict", "--latest", "3"], { cwd: world.dir });
    const token = await newToken(world.dir);
    const dir = join(disk.dir, "registry");
    cpSync(world.dir, dir, { recursive: true });
    await using server = await serve(dir);
    const publish = (body: Uint8Array<ArrayBuffer>) => {
      const headers = { authorization: `Bearer ${token}` };
      return fetch(`${server.url}/api/v0/publish`, { method: "POST", headers, body });
    };
    const archive = async (module: string) => {
      const { version, checksum } = ofModules(world.entries, module).at(-1)!;
      const response = await fetch(`${server.url}/user/${module}/${version}.zip`);
      return { status: response.status, checksum, bytes: () => response.bytes() };
    };
    const small = await archiveOf({});
    const big = await archiveOf({ name: "alice/big", files: { "a.txt": noise(100 * KIB) } });

    for (const left of [0, 4, 12, 60]) {
      disk.leave(left * KIB);
      for (const body of left < 20 ? [small, big] : [big]) {
        const refused = await publish(body);
        expect({ left, status: refused.status }).toEqual({ left, status: 503 });
        const { error } = (await refused.json()) as { error: { code: string; message: string } };
        expect(error).toMatchObject({ code: "io", message: expect.stringContaining("is full") });
        expect(JSON.stringify(error)).not.toContain(disk.dir);
      }
      if (left < 12) expect((await archive("li/hello")).status).toBe(503);
      // This one is given on while it comes in: then it breaks off.
      const stream = await archive("illusory0x0/🐫");
      if (stream.status === 200) await expect(stream.bytes()).rejects.toThrow();
      else expect(stream.status).toBe(503);
      const stored = await archive(X);
      expect(Bun.SHA256.hash(await stored.bytes(), "hex")).toBe(stored.checksum);
      if (hasGit) await git(["ls-remote", server.indexUrl]);
      expect((await fetch(`${server.url}/`, { headers: { accept: "text/html" } })).status).toBe(
        200,
      );
      expect(await problemsOf(dir)).toEqual([]);
    }
    expect(server.log()).toContain(`the registry's files in ${dir}`);
    expect(server.log()).toContain("ENOSPC");
    expect(server.log()).not.toContain("bug");

    disk.makeRoom();
    for (const body of [small, big]) expect((await publish(body)).status).toBe(201);
    for (const module of ["li/hello", "illusory0x0/🐫"]) {
      const fetched = await archive(module);
      expect(fetched.status).toBe(200);
      expect(Bun.SHA256.hash(await fetched.bytes(), "hex")).toBe(fetched.checksum);
    }
    expect(await server.stop()).toBe(0);
    expect(await problemsOf(dir)).toEqual([]);
  });
});

const noise = (size: number) => createRandom(7).bytes(size).toString("base64");

async function archiveOf(sample: SampleModule): Promise<Buffer<ArrayBuffer>> {
  const module = await openDirectory(writeModule(sample));
  return Buffer.concat(await Array.fromAsync(packModule(module)));
}

async function newToken(dir: string): Promise<string> {
  const args = ["token", "create", "t", "--scope", "publish:*", "--json"];
  return (JSON.parse(await succeed(args, { cwd: dir })) as { token: string }).token;
}
