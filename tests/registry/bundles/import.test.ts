/** Bundles that are not what their maker wrote: refused, with the registry as it was. */
import { beforeAll, describe, expect, test } from "bun:test";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../src/errors.ts";
import {
  exportBundle,
  importBundle,
  initRegistry,
  makeKey,
  mirror,
  openRegistry,
} from "../../../src/registry/mod.ts";
import { createRandom } from "../../support/random.ts";
import { archivesOf, hashDirectory, refsOf } from "../../support/registry-state.ts";
import { tempDirectory } from "../../support/temp.ts";
import { createSource } from "../../support/world.ts";

const silent = () => {};
const BLOCK = 512;

/** A small signed bundle, and the registry that made it. */
let bundle: Buffer;
let origin: string;

beforeAll(async () => {
  await using source = await createSource();
  origin = join(tempDirectory("origin"), "registry");
  const { file } = await initRegistry(origin);
  const text = readFileSync(file, "utf8");
  writeFileSync(
    file,
    `${text}\n[[sources]]\nname = "up"\ntype = "custom"\nurl = "${source.url}"\n`,
  );
  const registry = openRegistry(file);
  await mirror(registry, { patterns: ["moonbitlang/parser"], strict: true }, silent);
  await makeKey(join(origin, "key"));
  const to = join(origin, "a.bundle");
  await exportBundle(registry, { to, sign: join(origin, "key") }, silent);
  bundle = readFileSync(to);
}, 30_000);

async function emptyRegistry(): Promise<string> {
  const dir = join(tempDirectory("island"), "registry");
  await initRegistry(dir);
  return dir;
}

/** Imports bytes. Returns the code of the failure, if there was one. */
async function take(dir: string, bytes: Uint8Array | string): Promise<string | undefined> {
  const path = typeof bytes === "string" ? bytes : join(dir, "..", "x.bundle");
  if (typeof bytes !== "string") writeFileSync(path, bytes);
  const registry = openRegistry(join(dir, "registry.toml"));
  try {
    await importBundle(registry, { from: path }, silent);
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  } finally {
    registry.objects.close();
  }
}

async function expectRefused(dir: string, bytes: Uint8Array | string, what: object): Promise<void> {
  const before = hashDirectory(dir);
  // A version of the format that is damaged reads as one of a newer program.
  const code = await take(dir, bytes);
  expect({ ...what, isRefused: code === "integrity" || code === "invalid", code }).toMatchObject({
    ...what,
    isRefused: true,
  });
  expect({ ...what, ...hashDirectory(dir) }).toEqual({ ...what, ...before });
}

test("as it is, the bundle is taken in", async () => {
  const dir = await emptyRegistry();
  expect(await take(dir, bundle)).toBeUndefined();
  expect(refsOf(dir)).toEqual(refsOf(origin));
  expect(archivesOf(dir)).toEqual(archivesOf(origin));
});

test("with any one byte changed, it is refused", async () => {
  const dir = await emptyRegistry();
  const seed = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9);
  const random = createRandom(seed);
  // Everywhere, and the beginning and the end of every block: there are the headers and the padding.
  const step = Math.ceil(bundle.length / 250);
  const offsets = new Set<number>();
  for (let at = 0; at < bundle.length; at += step) {
    offsets.add(Math.min(bundle.length - 1, at + random.int(step)));
  }
  for (const { start } of entriesOf(bundle)) {
    for (const field of [0, 100, 108, 124, 136, 148, 156, 157, 257, 265, 329, 345, 500, 511]) {
      if (random.chance(0.3)) offsets.add(start + field);
    }
  }
  for (const at of offsets) {
    const bad = Buffer.from(bundle);
    bad[at]! ^= 1 << random.int(8);
    await expectRefused(dir, bad, { seed, at });
  }
});

test("cut anywhere, or with something behind its end, it is refused", async () => {
  const dir = await emptyRegistry();
  for (let part = 0; part < 40; part++) {
    const length = Math.floor((bundle.length * part) / 40);
    await expectRefused(dir, bundle.subarray(0, length), { length });
  }
  await expectRefused(dir, bundle.subarray(0, -1), { cut: 1 });
  await expectRefused(dir, bundle.subarray(0, -1024), { cut: 1024 });
  await expectRefused(dir, Buffer.concat([bundle, Buffer.alloc(1)]), { more: 1 });
  await expectRefused(dir, Buffer.concat([bundle, Buffer.alloc(BLOCK)]), { more: BLOCK });
});

test("with entries in another order, left out or twice, it is refused", async () => {
  const dir = await emptyRegistry();
  const entries = entriesOf(bundle).map(({ start, end }) => bundle.subarray(start, end));
  const end = bundle.subarray(-1024);
  for (let at = 0; at < entries.length; at++) {
    const without = entries.toSpliced(at, 1);
    // A signature may be left out: who wants one says so.
    if (at !== 2) await expectRefused(dir, Buffer.concat([...without, end]), { left: at });
    const twice = entries.toSpliced(at, 0, entries[at]!);
    await expectRefused(dir, Buffer.concat([...twice, end]), { twice: at });
    if (at === 0) continue;
    const swapped = entries.with(at, entries[at - 1]!).with(at - 1, entries[at]!);
    await expectRefused(dir, Buffer.concat([...swapped, end]), { swapped: at });
  }
});

describe("a hostile entry is refused:", () => {
  const header = (change: (block: Buffer) => void): Buffer => {
    const block = Buffer.from(bundle.subarray(0, BLOCK));
    change(block);
    block.fill(" ", 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return block;
  };
  const name = (text: string) => (block: Buffer) => {
    block.fill(0, 0, 100);
    block.write(text, 0, "latin1");
  };
  const HOSTILE: Record<string, (block: Buffer) => void> = {
    "a path that climbs": name("../../../../etc/cron.d/x"),
    "an absolute path": name("/etc/passwd"),
    "a path into the registry": name("packages/../../registry.toml"),
    "a symbolic link": (block) => {
      block.write("2", 156, "latin1");
      block.write("/etc/passwd", 157, "latin1");
    },
    "a hard link": (block) => {
      block.write("1", 156, "latin1");
      block.write("registry.toml", 157, "latin1");
    },
    "a device": (block) => void block.write("3", 156, "latin1"),
    "a directory": (block) => void block.write("5", 156, "latin1"),
    "a pax header": (block) => void block.write("x", 156, "latin1"),
    "a huge size": (block) => void block.write("77777777777\0", 124, "latin1"),
    "a size in base 256": (block) => {
      block.fill(0xff, 124, 136);
      block[124] = 0x80;
    },
    "a size of no number": (block) => void block.write("-1         \0", 124, "latin1"),
    "a set-uid mode": (block) => void block.write("0004755\0", 100, "latin1"),
  };
  for (const [what, change] of Object.entries(HOSTILE)) {
    test(what, async () => {
      const dir = await emptyRegistry();
      const hostile = header(change);
      const rest = bundle.subarray(BLOCK);
      await expectRefused(dir, Buffer.concat([hostile, rest]), { first: true });
      const [readme] = entriesOf(bundle);
      const inside = [bundle.subarray(0, readme!.end), hostile, bundle.subarray(readme!.end)];
      await expectRefused(dir, Buffer.concat(inside), { first: false });
    });
  }
});

describe("a manifest that lies is refused:", () => {
  const LIES: Record<string, (manifest: Record<string, unknown[]>) => void> = {
    "a ref elsewhere": ({ refs }) => refs!.push({ name: "refs/../HEAD", old: null, new: null }),
    "a ref that climbs": ({ refs }) =>
      refs!.push({ name: "refs/remotes/../main", old: null, new: null }),
    "a branch that goes": ({ refs }) =>
      refs!.push({ name: "refs/heads/published", old: null, new: null }),
    "a ref to nothing": ({ refs }) =>
      refs!.push({ name: "refs/heads/published", old: null, new: "0".repeat(40) }),
    "a ref twice": ({ refs }) => refs!.push(refs![0]),
    "an origin that climbs": ({ origins }) =>
      origins!.push({ name: "a..", index: "", priority: 1, enabled: true }),
    "a file elsewhere": (manifest) => Object.assign(manifest, { pointers: { "lock.json": {} } }),
    "a cut history": ({ shallow }) => shallow!.push("0".repeat(40)),
    "an archive elsewhere": ({ files }) =>
      files!.push({ path: "../x", size: 0, sha256: "f".repeat(64) }),
    "a size that is none": ({ files }) =>
      files!.push({
        path: `packages/sha256/ff/${"f".repeat(64)}.zip`,
        size: 1e300,
        sha256: "f".repeat(64),
      }),
    "no list": (manifest) => {
      manifest.files = {} as unknown[];
    },
  };
  for (const [what, lie] of Object.entries(LIES)) {
    test(what, async () => {
      await expectRefused(await emptyRegistry(), rewritten(lie), { what });
    });
  }

  test("but not one that tells the truth", async () => {
    expect(
      await take(
        await emptyRegistry(),
        rewritten(() => {}),
      ),
    ).toBeUndefined();
  });

  test("a format of the future, by name", async () => {
    const dir = await emptyRegistry();
    const future = rewritten((manifest) => Object.assign(manifest, { version: 2 }));
    expect(await take(dir, future)).toBe("invalid");
  });
});

test("a directory with a link in it is refused", async () => {
  const dir = await emptyRegistry();
  const registry = openRegistry(join(origin, "registry.toml"));
  const good = join(tempDirectory("drive"), "good");
  await exportBundle(registry, { to: `${good}/` }, silent);
  registry.objects.close();
  const bad = join(tempDirectory("drive"), "bad");
  cpSync(good, bad, { recursive: true });
  rmSync(join(bad, "README.txt"));
  symlinkSync(join(good, "README.txt"), join(bad, "README.txt"));
  await expectRefused(dir, bad, {});
  expect(await take(dir, good)).toBeUndefined();
});

interface TarEntry {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Each entry with its header and padding. */
function entriesOf(tar: Buffer): TarEntry[] {
  const found: TarEntry[] = [];
  for (let at = 0; tar[at] !== 0; ) {
    const size = Number.parseInt(tar.toString("latin1", at + 124, at + 135), 8);
    const name = tar.toString("latin1", at, tar.indexOf(0, at));
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    found.push({ name, start: at, end });
    at = end;
  }
  return found;
}

/** The bundle with another manifest, whose sums are right: what somebody could make on purpose. */
function rewritten(change: (manifest: Record<string, unknown[]>) => void): Buffer {
  const entries = entriesOf(bundle);
  const content = ({ start }: TarEntry) => {
    const size = Number.parseInt(bundle.toString("latin1", start + 124, start + 135), 8);
    return bundle.subarray(start + BLOCK, start + BLOCK + size);
  };
  const [, second, , fourth] = entries;
  const manifest = JSON.parse(content(second!).toString()) as Record<string, unknown[]>;
  change(manifest);
  const bytes = Buffer.from(JSON.stringify(manifest));
  const sums = content(fourth!)
    .toString()
    .replace(/^[0-9a-f]{64} {2}manifest.json$/m, `${Bun.SHA256.hash(bytes, "hex")}  manifest.json`);
  const entry = (name: string, data: Buffer) => {
    const block = Buffer.from(bundle.subarray(0, BLOCK)).fill(0, 0, 100).fill(" ", 148, 156);
    block.write(name, 0, "latin1");
    block.write(data.length.toString(8).padStart(11, "0"), 124, "latin1");
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return [block, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)];
  };
  return Buffer.concat([
    bundle.subarray(0, second!.start),
    ...entry("manifest.json", bytes),
    ...entry("SHA256SUMS", Buffer.from(sums)),
    bundle.subarray(fourth!.end),
  ]);
}
