import { expect, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { cleanTemporary, openArchiveStore } from "../../src/archives/mod.ts";
import { atOnce } from "../../src/breath.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";
import { conformance } from "./conformance.ts";

conformance("a directory", () => openArchiveStore(join(tempDirectory(), "packages")));

const text = (content: string) => new TextEncoder().encode(content);

test("opening and asking makes no directory: the medium may be read-only", async () => {
  const root = join(tempDirectory(), "packages");
  const store = openArchiveStore(root);
  expect(await store.list()).toEqual(new Set());
  expect(store.has("0".repeat(64))).toBe(false);
  expect(existsSync(root)).toBe(false);
});

test("archives lie where the layout says, and no temporary file is left beside them", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const { sha256 } = await store.put(text("here"));
  await store.put(text("bad"), "0".repeat(64)).catch(() => undefined);
  await store
    .put(
      (async function* () {
        yield text("half");
        throw new Error("broke off");
      })(),
    )
    .catch(() => undefined);
  expect(readFileSync(join(root, "sha256", sha256.slice(0, 2), `${sha256}.zip`), "utf8")).toBe(
    "here",
  );
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("what lies about and is no archive is not listed", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const { sha256 } = await store.put(text("one"));
  writeFileSync(join(root, "sha256", sha256.slice(0, 2), "notes.txt"), "");
  writeFileSync(join(root, "sha256", "README"), "");
  expect(await store.list()).toEqual(new Set([sha256]));
});

test("what lies about is told file by file, also an archive where nobody looks for it", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const { sha256 } = await store.put(text("one"));
  const shards = join(root, "sha256");
  const elsewhere = sha256.startsWith("00") ? "11" : "00";
  mkdirSync(join(shards, elsewhere));
  mkdirSync(join(shards, "other"));
  const strays = [
    join(shards, sha256.slice(0, 2), "notes.txt"),
    join(shards, elsewhere, `${sha256}.zip`),
  ];
  for (const path of strays) writeFileSync(path, "");
  expect((await store.strays()).sort()).toEqual([...strays, join(shards, "other")].sort());
  expect(await store.list()).toEqual(new Set([sha256]));
});

test("a check reads every byte, however many there are", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  for (const size of [0, 1, 262_143, 262_144, 262_145, 262_146, 1_000_000]) {
    const { sha256 } = await store.put(createRandom(size).bytes(size));
    expect(atOnce(store.check(sha256))).toEqual({ size, missing: false, problem: undefined });
    const path = join(root, "sha256", sha256.slice(0, 2), `${sha256}.zip`);
    appendFileSync(path, "x");
    expect(atOnce(store.check(sha256))).toMatchObject({ size: size + 1, missing: false });
    expect(atOnce(store.check(sha256)).problem).toStartWith("it hashes to ");
    rmSync(path);
    mkdirSync(path);
    expect(atOnce(store.check(sha256))).toMatchObject({
      missing: false,
      problem: expect.any(String),
    });
    rmSync(path, { recursive: true });
    expect(atOnce(store.check(sha256))).toMatchObject({ size: 0, missing: true });
  }
});

test("what cannot be put into its place is refused, and nothing of it is left", async () => {
  const root = tempDirectory();
  writeFileSync(join(root, "sha256"), "no directory");
  const store = openArchiveStore(root);
  await expect(store.put(text("one"))).rejects.toMatchObject({ code: "ENOTDIR" });
  const batch = store.batch();
  await batch.add(text("two"));
  await batch.add(text("three"));
  await expect(batch.close()).rejects.toMatchObject({ code: "ENOTDIR" });
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("a copy is the archive's bytes, in a directory that is made for it", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(join(root, "packages"));
  const { sha256 } = await store.put(text("one"));
  const path = join(root, "a", "b", "copy.zip");
  await store.copyTo(sha256, path);
  expect(readFileSync(path, "utf8")).toBe("one");
  expect(store.has(sha256)).toBe(true);
});

test("a small file that is not what its name says is not loaded", async () => {
  const root = tempDirectory();
  const store = openArchiveStore(root);
  const { sha256 } = await store.put(text("one"));
  for (const spoilt of ["two", "one more"]) {
    writeFileSync(join(root, "sha256", sha256.slice(0, 2), `${sha256}.zip`), spoilt);
    expect(() => store.load(sha256)).toThrow(expect.objectContaining({ code: "integrity" }));
  }
});

test.if(process.getuid?.() !== 0)("a directory that may not be written says so", async () => {
  const root = tempDirectory();
  chmodSync(root, 0o500);
  await expect(openArchiveStore(root).put(text("x"))).rejects.toMatchObject({ code: "EACCES" });
});

test("two processes may put the same bytes at once", async () => {
  const root = tempDirectory();
  const script = `
    import { openArchiveStore } from "${join(import.meta.dir, "../../src/archives/mod.ts")}";
    const store = openArchiveStore("${root}");
    process.stdout.write("ready");
    await Bun.stdin.text();
    for (let at = 0; at < 100; at++) await store.put(new TextEncoder().encode("body " + at));`;
  const children = [1, 2].map(() =>
    Bun.spawn([process.execPath, "-e", script], { stdin: "pipe", stdout: "pipe" }),
  );
  for (const child of children) await child.stdout.getReader().read();
  for (const child of children) child.stdin.end();
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0]);
  const hashes = Array.from({ length: 100 }, (_, at) => Bun.SHA256.hash(`body ${at}`, "hex"));
  expect(await openArchiveStore(root).list()).toEqual(new Set(hashes));
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("killed while it writes, a store has whole archives only", async () => {
  const root = tempDirectory();
  const random = createRandom(Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9));
  const script = `
    import { openArchiveStore } from "${join(import.meta.dir, "../../src/archives/mod.ts")}";
    const store = openArchiveStore("${root}");
    const batch = store.batch();
    for (let at = 0; ; at++) {
      const body = crypto.getRandomValues(new Uint8Array(20_000));
      if (at % 2) await store.put(body); else await batch.add(body);
      if (at === 10) console.log("writing");
    }`;
  for (let round = 0; round < 8; round++) {
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
    await child.stdout.getReader().read();
    await Bun.sleep(random.int(30));
    child.kill("SIGKILL");
    await child.exited;
  }
  const stored = await openArchiveStore(root).list();
  expect(stored.size).toBeGreaterThan(40);
  for (const sha256 of stored) {
    const data = readFileSync(join(root, "sha256", sha256.slice(0, 2), `${sha256}.zip`));
    expect(Bun.SHA256.hash(data, "hex")).toBe(sha256);
  }
  await cleanTemporary(root);
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
}, 20_000);
