/** Packs from elsewhere: nothing of them is believed before they are moved in. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import {
  buildPack,
  createObjectBatch,
  createRepository,
  encodeCommit,
  isAncestor,
  type Oid,
  openIncomingPack,
  openObjectDatabase,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE, oidOf } from "../../src/git/object.ts";
import { encodePackIndex } from "../../src/git/pack-index.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { packOf } from "../support/pack.ts";
import { tempDirectory } from "../support/temp.ts";
import { writeBomb } from "../support/tree-bomb.ts";

const AUTHOR = "Test <test@example.com>";

async function emptyRepository(): Promise<string> {
  const gitdir = tempDirectory("incoming");
  await createRepository(gitdir);
  return gitdir;
}

/** Adds a commit whose tree has one file. */
async function commitFile(gitdir: string, text: string, parents: Oid[] = []): Promise<Oid> {
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const blob = batch.add("blob", Buffer.from(text));
  const tree = batch.add("tree", encodeTree([{ mode: FILE_MODE, name: "file", oid: blob }]));
  const commit = { tree, parents, time: 1_700_000_000 + parents.length, message: "x\n" };
  const oid = batch.add("commit", encodeCommit(commit, AUTHOR));
  await batch.write();
  objects.close();
  return oid;
}

/** Lays a pack beside a repository. */
function lay(built: { pack: Buffer; index: Buffer }): string {
  const path = join(tempDirectory("beside"), "objects.pack");
  writeFileSync(path, built.pack);
  writeFileSync(path.replace(".pack", ".idx"), built.index);
  return path;
}

/** A repository of two commits, the pack of the second, and a repository with the first. */
async function increment() {
  const from = await emptyRepository();
  const old = await commitFile(from, "a long line that both versions of the file have\n".repeat(9));
  const tip = await commitFile(from, "another\n", [old]);
  const source = openObjectDatabase(from);
  const first = buildPack(source, [{ tip: old, old: undefined }], []);
  const second = buildPack(source, [{ tip, old }], [old]);
  source.close();
  const to = await emptyRepository();
  const pack = await openIncomingPack(to, lay(first), openObjectDatabase(to), []);
  expect(pack.check(new Map([["refs/heads/main", old]]))).toBeUndefined();
  await pack.install();
  pack.close();
  return { from, old, tip, second, to };
}

/** The pack of a commit whose parent the receiver has. */
function packAfter(from: string, parent: Oid, tip: Oid) {
  const source = openObjectDatabase(from);
  const built = buildPack(source, [{ tip, old: parent }], [parent]);
  source.close();
  return built;
}

test("a pack of what is new makes the branch whole, for git too", async () => {
  const { old, tip, second, to } = await increment();
  expect(second.objects).toBe(3);
  const objects = openObjectDatabase(to);
  const pack = await openIncomingPack(to, lay(second), objects, []);
  expect(objects.has(tip)).toBe(false);
  expect(pack.check(new Map([["refs/heads/main", tip]]))).toBeUndefined();
  await pack.install();
  pack.close();
  const fresh = openObjectDatabase(to);
  expect([isAncestor(fresh, old, tip), isAncestor(fresh, tip, old)]).toEqual([true, false]);
  fresh.close();
  objects.close();
  if (!hasGit) return;
  await git(["-C", to, "update-ref", "refs/heads/main", tip]);
  expect((await tryGit(["-C", to, "fsck", "--strict", "--full"])).stderr).toBe("");
});

test("a commit that changes no file, so that it is all of the pack, is not lost", async () => {
  const { from, tip, second, to } = await increment();
  const objects = openObjectDatabase(to);
  const before = await openIncomingPack(to, lay(second), objects, []);
  await before.install();
  before.close();
  const next = await commitFile(from, "another\n", [tip]);
  const built = packAfter(from, tip, next);
  expect(built.objects).toBe(1);
  const pack = await openIncomingPack(to, lay(built), objects, []);
  expect([tip, next, "0".repeat(40)].map(pack.objects.has)).toEqual([true, true, false]);
  await pack.install();
  pack.close();
  expect(objects.commit(next).parents).toEqual([tip]);
  objects.close();
});

test("a branch whose history is cut is whole up to there, and goes on", async () => {
  const { from, tip, second } = await increment();
  const to = await emptyRepository();
  const objects = openObjectDatabase(to);
  const cut = await openIncomingPack(to, lay(second), objects, [tip]);
  expect(cut.check(new Map([["refs/heads/main", tip]]))).toBeUndefined();
  await cut.install();
  cut.close();
  expect(readFileSync(join(to, "shallow"), "utf8")).toBe(`${tip}\n`);

  const next = await commitFile(from, "a third\n", [tip]);
  const pack = await openIncomingPack(to, lay(packAfter(from, tip, next)), objects, []);
  expect(pack.check(new Map([["refs/heads/main", next]]))).toBeUndefined();
  await pack.install();
  pack.close();
  objects.close();
  if (!hasGit) return;
  await git(["-C", to, "update-ref", "refs/heads/main", next]);
  expect((await tryGit(["-C", to, "fsck", "--strict", "--full"])).stderr).toBe("");
  expect(await git(["-C", to, "rev-list", "--count", "main"])).toBe("2");
});

describe("it is refused", () => {
  test("when what it goes on from is not here", async () => {
    const { tip, second } = await increment();
    const elsewhere = await emptyRepository();
    const pack = await openIncomingPack(elsewhere, lay(second), openObjectDatabase(elsewhere), []);
    expect(pack.check(new Map([["refs/heads/main", tip]]))).toContain("is missing");
    pack.close();
  });

  test("when the history is said to be cut where it is not", async () => {
    const { tip, second } = await increment();
    const elsewhere = await emptyRepository();
    const objects = openObjectDatabase(elsewhere);
    const pack = await openIncomingPack(elsewhere, lay(second), objects, ["0".repeat(40)]);
    expect(pack.check(new Map([["refs/heads/main", tip]]))).toContain("cuts the history");
    pack.close();
  });

  test("when its index is not exactly what the pack is of", async () => {
    const { second, to } = await increment();
    // The last two names of three, swapped with their places: the sums of the file are right.
    const index = Buffer.from(second.index);
    const names = 8 + 256 * 4;
    const last = Buffer.from(index.subarray(names + 40, names + 60));
    last[19]! ^= 1;
    last.copy(index, names + 40);
    const sum = new Bun.CryptoHasher("sha1").update(index.subarray(0, -20)).digest();
    Buffer.from(sum).copy(index, index.length - 20);
    const path = lay({ pack: second.pack, index });
    const opened = openIncomingPack(to, path, openObjectDatabase(to), []);
    expect(opened).rejects.toThrow("not of each other");
  });

  test("when there is something between its objects, which clients would be sent", async () => {
    const to = await emptyRepository();
    const data = Buffer.from("text");
    const deflated = Buffer.concat([deflateSync(data), Buffer.from("\0hidden")]);
    const pack = packOf([
      { entry: { kind: "blob" }, data, deflated },
      { entry: { kind: "blob" }, data: Buffer.from("other") },
    ]);
    const second = 12 + 1 + deflated.length;
    const entries = [
      { oid: oidOf("blob", data), offset: 12, crc32: crc32(pack.subarray(12, second)) },
      {
        oid: oidOf("blob", Buffer.from("other")),
        offset: second,
        crc32: crc32(pack.subarray(second, -20)),
      },
    ];
    const path = lay({ pack, index: encodePackIndex(entries, pack.subarray(-20)) });
    expect(openIncomingPack(to, path, openObjectDatabase(to), [])).rejects.toThrow("unknown type");
  });

  test("when few trees stand for more files than anybody could count", async () => {
    const from = await emptyRepository();
    const tip = await writeBomb(from);
    const source = openObjectDatabase(from);
    const path = lay(buildPack(source, [{ tip, old: undefined }], []));
    source.close();
    const to = await emptyRepository();
    const pack = await openIncomingPack(to, path, openObjectDatabase(to), []);
    expect(pack.check(new Map([["refs/heads/main", tip]]))).toContain("files");
    pack.close();
  });

  test("when a byte of it was changed, wherever that is, and nothing is moved in", async () => {
    const { second, to } = await increment();
    const before = readdirSync(join(to, "objects", "pack"));
    for (let at = 0; at < second.pack.length; at += 3) {
      const bad = Buffer.from(second.pack);
      bad[at]! ^= 0x20;
      const path = lay({ pack: bad, index: second.index });
      const opened = openIncomingPack(to, path, openObjectDatabase(to), []);
      await expect(opened).rejects.toThrow("not what was written");
    }
    expect(readdirSync(join(to, "objects", "pack"))).toEqual(before);
    expect(existsSync(join(to, "shallow"))).toBe(false);
  });
});
