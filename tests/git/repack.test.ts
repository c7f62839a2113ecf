import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  findWaste,
  gatherIfMany,
  type ObjectReader,
  type Oid,
  openObjectDatabase,
  readRef,
  repackIfMany,
  repackNow,
  writeRef,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE } from "../../src/git/object.ts";
import { readPackIndex } from "../../src/git/pack-index.ts";
import {
  addStates,
  git,
  hasGit,
  makeIndexRepository,
  tryGit,
  writeGitFile,
} from "../support/git.ts";
import { serveRepository } from "../support/git-server.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const MAIN = "refs/heads/main";

/** A repository of so many commits, each in a pack of its own. */
async function repositoryOf(commits: number): Promise<string> {
  const gitdir = tempDirectory("repack");
  await createRepository(gitdir);
  for (let at = 0; at < commits; at++) await addCommit(gitdir, at);
  return gitdir;
}

async function addCommit(gitdir: string, number: number): Promise<void> {
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const data = Array.from({ length: number + 1 }, (_, at) => `line ${at} of a file that grows\n`);
  const blob = batch.add("blob", Buffer.from(data.join("")));
  const tree = batch.add("tree", encodeTree([{ mode: FILE_MODE, name: "file", oid: blob }]));
  const parent = readRef(gitdir, MAIN);
  const parents = parent === undefined ? [] : [parent];
  const commit = { tree, parents, time: 1_700_000_000 + number, message: `${number}\n` };
  const oid = batch.add("commit", encodeCommit(commit, "Test <test@example.com>"));
  await batch.write();
  await writeRef(gitdir, MAIN, oid);
  objects.close();
}

const packFile = (gitdir: string, name: string) => join(gitdir, "objects", "pack", name);

const packs = (gitdir: string) =>
  readdirSync(join(gitdir, "objects", "pack")).filter((file) => file.endsWith(".pack"));

test("many packs become one, with deltas, that git finds sound; few are left alone", async () => {
  const gitdir = await repositoryOf(30);
  const objects = openObjectDatabase(gitdir);
  expect(await repackIfMany(gitdir, objects, MAIN, { most: 30, few: 0 })).toBe(false);
  expect(packs(gitdir)).toHaveLength(30);
  expect(await repackIfMany(gitdir, objects, MAIN, { most: 10, few: 0 })).toBe(true);
  expect(packs(gitdir)).toHaveLength(1);
  objects.close();
  if (!hasGit) return;
  expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
  expect(await git(["-C", gitdir, "rev-list", "--count", "main"])).toBe("30");
  const verified = await git([
    "verify-pack",
    "-v",
    join(gitdir, "objects", "pack", packs(gitdir)[0]!),
  ]);
  expect(verified).toContain("chain length = ");
});

test.if(hasGit)("a long history that came at once is laid ready for clones, once", async () => {
  const lines = (at: number) => [`{"version":"0.${at}.0"}`];
  const states = Array.from({ length: 1_000 }, (_, at) => ({ "alice/json": lines(at) }));
  const gitdir = await makeIndexRepository(states);
  const repack = async () => {
    const objects = openObjectDatabase(gitdir);
    const did = await repackIfMany(gitdir, objects, MAIN);
    objects.close();
    return did;
  };
  expect(await repack()).toBe(false);
  await addStates(gitdir, [{ "alice/json": lines(2_000) }]);
  expect(await repack()).toBe(true);
  expect(packs(gitdir)).toHaveLength(1);
  await addStates(gitdir, [{ "alice/json": lines(2_001) }]);
  expect(await repack()).toBe(false);
});

test("others have their turn while it is looked up what leads where", async () => {
  const gitdir = await repositoryOf(12);
  const objects = openObjectDatabase(gitdir);
  let reads = { now: 0, most: 0 };
  const turns = setInterval(() => {
    reads = { now: 0, most: reads.most };
  }, 0);
  const slowly = <T>(read: () => T): T => {
    const now = reads.now + 1;
    reads = { now, most: Math.max(reads.most, now) };
    for (const until = performance.now() + 6; performance.now() < until; );
    return read();
  };
  const slow: ObjectReader = {
    ...objects,
    commit: (oid) => slowly(() => objects.commit(oid)),
    read: (oid) => slowly(() => objects.read(oid)),
    tree: (oid) => slowly(() => objects.tree(oid)),
  };
  await repackNow(gitdir, slow, MAIN);
  clearInterval(turns);
  objects.close();
  // Twelve in one go are the commits, to be sorted: those are remembered.
  expect(reads.most).toBeWithin(1, 20);
});

test("packs that are small beside another are gathered, and that one stays as it is", async () => {
  const gitdir = await repositoryOf(1);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const large = batch.add("blob", createRandom(1).bytes(50_000));
  await batch.write();
  const largest = () =>
    packs(gitdir).find((name) => statSync(packFile(gitdir, name)).size > 40_000);
  const before = largest()!;
  for (let at = 1; at < 12; at++) await addCommit(gitdir, at);
  expect(await repackIfMany(gitdir, objects, MAIN, { most: 12, few: 0 })).toBe(true);
  expect(packs(gitdir)).toHaveLength(2);
  expect(largest()).toBe(before);
  const reader = openObjectDatabase(gitdir);
  // Nothing leads to it, and nobody looked.
  expect(reader.has(large)).toBe(true);
  expect(reader.commit(readRef(gitdir, MAIN)!).message).toBe("11\n");
  for (const database of [objects, reader]) database.close();
  if (hasGit) expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
});

test("a reader that was there before reads on, and sees what comes after", async () => {
  const gitdir = await repositoryOf(12);
  using server = serveRepository(gitdir);
  const reader = openObjectDatabase(gitdir);
  const first = readRef(gitdir, MAIN)!;
  expect(reader.commit(first).message).toBe("11\n");
  const writer = openObjectDatabase(gitdir);
  await repackIfMany(gitdir, writer, MAIN, { most: 1, few: 0 });
  await addCommit(gitdir, 12);
  expect(reader.commit(readRef(gitdir, MAIN)!).parents).toEqual([first]);
  for (const { oid } of reader.tree(reader.commit(first).tree)) {
    expect(reader.read(oid).data.toString()).toContain("line 11");
  }
  if (!hasGit) return;
  const clone = join(tempDirectory(), "clone");
  await git(["clone", "-q", server.url, clone]);
  expect(await git(["-C", clone, "rev-list", "--count", "HEAD"])).toBe("13");
});

test("what no ref leads to goes, and its cut in the history with it", async () => {
  const gitdir = await repositoryOf(5);
  const objects = openObjectDatabase(gitdir);
  const tip = readRef(gitdir, MAIN)!;
  const kept = objects.commit(tip).parents[0]!;
  const lost = objects.commit(kept).parents[0]!;
  // As if the history had been fetched two commits deep, and another once.
  writeGitFile(gitdir, "shallow", `${kept}\n${lost}\n`);
  const fresh = openObjectDatabase(gitdir);
  await repackIfMany(gitdir, fresh, MAIN, { most: 1, few: 0 });
  expect(readFileSync(join(gitdir, "shallow"), "utf8")).toBe(`${kept}\n`);
  const after = openObjectDatabase(gitdir);
  expect(after.has(kept)).toBe(true);
  expect(after.has(lost)).toBe(false);
  for (const database of [objects, fresh, after]) database.close();
  if (hasGit) expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
});

test("small packs are gathered as they are, deltas too, while a reader goes on", async () => {
  const gitdir = await repositoryOf(12);
  const objects = openObjectDatabase(gitdir);
  // One with deltas among them.
  await repackIfMany(gitdir, objects, MAIN, { most: 10, few: 0 });
  for (let at = 12; at < 24; at++) await addCommit(gitdir, at);
  const reader = openObjectDatabase(gitdir);
  const tip = readRef(gitdir, MAIN)!;
  expect(reader.commit(tip).message).toBe("23\n");
  expect(await gatherIfMany(gitdir, 13)).toBe(false);
  expect(await gatherIfMany(gitdir, 12)).toBe(true);
  expect(packs(gitdir)).toHaveLength(1);
  const { tree } = reader.commit(tip);
  expect(reader.read(reader.tree(tree)[0]!.oid).data.toString()).toContain("line 23 of a file");
  reader.close();
  objects.close();
  if (!hasGit) return;
  expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
  expect(await git(["-C", gitdir, "rev-list", "--count", "main"])).toBe("24");
});

test("however long a history grows, no change makes all of it be packed again", async () => {
  const gitdir = await repositoryOf(1);
  const objects = openObjectDatabase(gitdir);
  let written = 0;
  for (let at = 1; at < 300; at++) {
    await addCommit(gitdir, at % 7);
    const before = new Set(packs(gitdir));
    if (!(await repackIfMany(gitdir, objects, MAIN, { most: 8 }))) continue;
    for (const name of packs(gitdir)) {
      if (!before.has(name)) written += statSync(packFile(gitdir, name)).size;
    }
    expect(packs(gitdir).length).toBeLessThanOrEqual(8);
  }
  objects.close();
  const all = packs(gitdir).reduce((sum, name) => sum + statSync(packFile(gitdir, name)).size, 0);
  // Each object is copied once for each time that what lies beside it doubles.
  expect(written / all).toBeLessThan(Math.log2(300));
  if (hasGit) expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
});

test("a repack leaves one pack, its index and what says what is in it", async () => {
  const gitdir = await repositoryOf(3);
  const objects = openObjectDatabase(gitdir);
  for (let time = 0; time < 2; time++) {
    await repackNow(gitdir, objects, MAIN);
    const [pack] = packs(gitdir);
    const name = pack!.slice(0, -".pack".length);
    const files = ["closed", "idx", "pack"].map((extension) => `${name}.${extension}`);
    expect(readdirSync(packFile(gitdir, "")).sort()).toEqual(files);
    await addCommit(gitdir, 3 + time);
  }
  objects.close();
});

test("what nothing leads to, and what is there twice, is counted as waste", async () => {
  const gitdir = await repositoryOf(3);
  const objects = openObjectDatabase(gitdir);
  expect(await findWaste(gitdir, objects)).toEqual({ objects: 0, bytes: 0 });
  const lost = createRandom(1).bytes(1_000);
  const again = Buffer.from("line 0 of a file that grows\n");
  for (const data of [lost, again]) {
    // One that does not look whether they are there.
    const batch = createObjectBatch(gitdir, () => false);
    batch.add("blob", data);
    await batch.write();
  }
  const sizes = [lost, again].map((data) => deflateSync(data).length);
  expect(await findWaste(gitdir, objects)).toEqual({ objects: 2, bytes: sizes[0]! + sizes[1]! });
  await repackNow(gitdir, objects, MAIN);
  expect(await findWaste(gitdir, objects)).toEqual({ objects: 0, bytes: 0 });
  objects.close();
});

test("what is packed already stays when it is packed again", async () => {
  const gitdir = await repositoryOf(3);
  const tip = readRef(gitdir, MAIN)!;
  for (let time = 0; time < 4; time++) {
    const objects = openObjectDatabase(gitdir);
    await repackNow(gitdir, objects, MAIN);
    objects.close();
    const reader = openObjectDatabase(gitdir);
    expect(reader.commit(tip).message).toBe("2\n");
    reader.close();
    expect(packs(gitdir)).toHaveLength(1);
  }
});

test("however often what grows is packed again, no object needs more than fifty deltas", async () => {
  const gitdir = await repositoryOf(1);
  for (let at = 1; at < 70; at++) {
    await addCommit(gitdir, at);
    const objects = openObjectDatabase(gitdir);
    await repackNow(gitdir, objects, MAIN);
    objects.close();
  }
  const objects = openObjectDatabase(gitdir);
  const depthOf = (oid: Oid): number => {
    const { entry } = objects.stored(oid)!;
    return entry.kind === "ref-delta" ? 1 + depthOf(entry.base) : 0;
  };
  const [name] = packs(gitdir);
  const index = readPackIndex(readFileSync(packFile(gitdir, name!.replace(/pack$/, "idx"))));
  const depths = Array.from(index.oids(), depthOf);
  objects.close();
  expect(Math.max(...depths)).toBeWithin(40, 51);
  if (hasGit) expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).stderr).toBe("");
});

test("a pack that has grown is not gathered with small ones, and none of those stays open", async () => {
  const gitdir = await repositoryOf(4);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  batch.add("blob", createRandom(1).bytes(1024 * 1024));
  await batch.write();
  objects.close();
  const isLarge = (name: string) => statSync(packFile(gitdir, name)).size > 1024 * 1024;
  const large = packs(gitdir).filter(isLarge);
  expect(large).toHaveLength(1);
  expect(await gatherIfMany(gitdir, 4)).toBe(false);
  expect(await gatherIfMany(gitdir, 3)).toBe(true);
  expect(packs(gitdir).filter(isLarge)).toEqual(large);
  expect(packs(gitdir)).toHaveLength(2);
  expect(openFiles(gitdir)).toEqual([]);
});

/** Files of a directory that this process has open, where a system tells. */
function openFiles(directory: string): string[] {
  if (!existsSync("/proc/self/fd")) return [];
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    const path = `/proc/self/fd/${fd}`;
    // The one by which they are listed is gone by now.
    const file = existsSync(path) ? readlinkSync(path) : "";
    return file.startsWith(directory) ? [file] : [];
  });
}
