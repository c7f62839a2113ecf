/** What a repack lays ready for clones, held against a plain walk and against the real git. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLeadsTo } from "../../src/git/closure.ts";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  isTree,
  type ObjectDatabase,
  type Oid,
  openObjectDatabase,
  readRef,
  repackNow,
  writeRef,
} from "../../src/git/mod.ts";
import { encodeTree } from "../../src/git/object.ts";
import { readPackIndex } from "../../src/git/pack-index.ts";
import type { FetchRequest } from "../../src/git/protocol/fetch-request.ts";
import { uploadPack } from "../../src/git/upload-pack.ts";
import { git, hasGit, tryGit } from "../support/git.ts";
import { serveRepository } from "../support/git-server.ts";
import { forAll, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const MAIN = "refs/heads/main";

/** One commit: its parents by number, and the content of each file by number. */
interface Plan {
  readonly parents: readonly number[];
  readonly files: readonly number[];
  readonly time: number;
}

/** Few contents and few files, so that a later commit often has what an earlier one had. */
function randomHistory(random: Random, length: number): Plan[] {
  const plans: Plan[] = [];
  for (let at = 0; at < length; at++) {
    const first = at === 0 || random.chance(0.05) ? [] : [Math.max(0, at - 1 - random.int(3))];
    const second = at > 0 && random.chance(0.2) ? [random.int(at)] : [];
    const before = plans[first[0] ?? -1]?.files ?? Array.from({ length: 8 }, () => 0);
    const files = before.map((each) => (random.chance(0.3) ? random.int(20) : each));
    // Clocks go wrong now and then.
    const time = 1_700_000_000 + at * 60 - (random.chance(0.1) ? random.int(1_000) : 0);
    plans.push({ parents: [...new Set([...first, ...second])], files, time });
  }
  return plans;
}

const content = (number: number) =>
  Buffer.from(Array.from({ length: 20 + number }, (_, at) => `line ${at} of many\n`).join(""));

/** Writes what is not there yet, and gives all commits. */
async function write(gitdir: string, plans: readonly Plan[]): Promise<readonly Oid[]> {
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const oids: Oid[] = [];
  for (const { parents, files, time } of plans) {
    const blobs = files.map((number) => batch.add("blob", content(number)));
    const folder = (from: number, to: number) =>
      batch.add(
        "tree",
        encodeTree(
          blobs.slice(from, to).map((oid, at) => ({ mode: "100644", name: `file${at}`, oid })),
        ),
      );
    const tree = encodeTree([
      { mode: "40000", name: "a", oid: folder(0, 4) },
      { mode: "40000", name: "b", oid: folder(4, 8) },
      { mode: "160000", name: "elsewhere", oid: "1".repeat(40) },
    ]);
    const commit = {
      tree: batch.add("tree", tree),
      parents: parents.map((parent) => oids[parent]!),
      time,
      message: `${oids.length}\n`,
    };
    oids.push(batch.add("commit", encodeCommit(commit, "Test <test@example.com>")));
  }
  await batch.write();
  objects.close();
  return oids;
}

/** All that a commit leads to, found the plain way. */
function walk(objects: ObjectDatabase, tip: Oid): Set<Oid> {
  const seen = new Set<Oid>();
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    const { type } = objects.read(oid);
    if (type === "commit") {
      const { tree, parents } = objects.commit(oid);
      queue.push(tree, ...parents);
    } else if (type === "tree") {
      for (const entry of objects.tree(oid)) {
        if (isTree(entry) || entry.mode === "100644") queue.push(entry.oid);
      }
    }
  }
  return seen;
}

const packFiles = (gitdir: string, extension: string) =>
  readdirSync(join(gitdir, "objects", "pack"))
    .filter((file) => file.endsWith(extension))
    .map((file) => join(gitdir, "objects", "pack", file));

const wholeClone = (want: Oid): FetchRequest => ({
  wants: [want],
  haves: [],
  shallows: [],
  deepen: undefined,
  filter: undefined,
  done: true,
  waitForDone: false,
  thinPack: true,
  ofsDelta: true,
  sideBandLimit: 0,
  multiAck: "none",
  noDone: false,
});

/** The pack that answers a clone. */
function clonedPack(objects: ObjectDatabase, tip: Oid): Buffer {
  const answer = Buffer.concat([
    ...uploadPack({ objects, tip, ref: MAIN }, wholeClone(tip), 2, createLeadsTo()),
  ]);
  return answer.subarray(answer.indexOf("PACK"));
}

test("the prefix of a repack is just what a plain walk finds, and clones begin with it", async () => {
  const cases: { plans: Plan[]; repackedAt: number; other: number }[] = [];
  forAll(8, (random) => {
    const length = 3 + random.int(30);
    const plans = randomHistory(random, length);
    cases.push({ plans, repackedAt: 1 + random.int(length - 1), other: random.int(length) });
  });
  for (const { plans, repackedAt, other } of cases) {
    const gitdir = tempDirectory("closed");
    await createRepository(gitdir);
    const early = await write(gitdir, plans.slice(0, repackedAt));
    await writeRef(gitdir, MAIN, early.at(-1)!);
    // Refs that are not cloned: what only they lead to is nobody's business.
    await writeRef(gitdir, "refs/remotes/up/main", early[other % early.length]!);
    const before = openObjectDatabase(gitdir);
    await repackNow(gitdir, before, MAIN);
    before.close();

    const objects = openObjectDatabase(gitdir);
    const [prefix] = objects.closedPrefixes();
    const expected = walk(objects, early.at(-1)!);
    expect(prefix?.commit).toBe(early.at(-1)!);
    expect(prefix?.count).toBe(expected.size);
    const [index] = packFiles(gitdir, ".idx");
    const packed = [...readPackIndex(readFileSync(index!)).oids()];
    const inPrefix = packed.filter((oid) => prefix?.offsetOf(oid) !== undefined);
    expect(new Set(inPrefix)).toEqual(expected);

    const [pack] = packFiles(gitdir, ".pack");
    const kept = readFileSync(pack!).subarray(12, prefix?.end);
    const all = await write(gitdir, plans);
    const tip = all.at(-1)!;
    await writeRef(gitdir, MAIN, tip);
    const answer = clonedPack(objects, tip);
    const wanted = walk(objects, tip);
    expect(answer.readUInt32BE(8)).toBe(wanted.size);
    const isOnTop = wanted.has(early.at(-1)!);
    expect(answer.subarray(12, 12 + kept.length).equals(kept)).toBe(isOnTop);
    const leadsTo = createLeadsTo();
    const known = [...packed, ...wanted];
    expect(new Set(known.filter((oid) => leadsTo(objects, tip, oid)))).toEqual(wanted);
    objects.close();
    if (!hasGit) continue;
    using server = serveRepository(gitdir);
    const clone = join(tempDirectory(), "clone");
    await git(["clone", "-q", "--no-checkout", server.url, clone]);
    expect((await tryGit(["-C", clone, "fsck", "--strict", "--no-dangling"])).stderr).toBe("");
    const listed = await git(["-C", clone, "rev-list", "--objects", "--no-object-names", "HEAD"]);
    expect(new Set(listed.split("\n"))).toEqual(wanted);
    const stored = await git([
      "-C",
      clone,
      "cat-file",
      "--batch-check=%(objectname)",
      "--batch-all-objects",
    ]);
    expect(new Set(stored.split("\n"))).toEqual(wanted);
  }
});

test("a damaged note of it is no harm, and a repack replaces it", async () => {
  const gitdir = tempDirectory("closed");
  await createRepository(gitdir);
  const plans: Plan[] = [0, 1, 2].map((at) => ({
    parents: at === 0 ? [] : [at - 1],
    files: Array.from({ length: 8 }, () => at),
    time: 1_700_000_000 + at,
  }));
  const first = await write(gitdir, plans.slice(0, 2));
  await writeRef(gitdir, MAIN, first.at(-1)!);
  const repack = async () => {
    const objects = openObjectDatabase(gitdir);
    await repackNow(gitdir, objects, MAIN);
    objects.close();
  };
  await repack();
  const [note] = packFiles(gitdir, ".closed");
  const text = readFileSync(note!, "latin1");
  for (const damaged of ["", text.slice(0, 60), text.replace(/ \d/, " 9"), `${text[1]}${text}`]) {
    writeFileSync(note!, damaged);
    const objects = openObjectDatabase(gitdir);
    expect(objects.closedPrefixes()).toEqual([]);
    const tip = readRef(gitdir, MAIN)!;
    expect(clonedPack(objects, tip).readUInt32BE(8)).toBe(walk(objects, tip).size);
    objects.close();
  }
  await writeRef(gitdir, MAIN, (await write(gitdir, plans)).at(-1)!);
  await repack();
  expect(packFiles(gitdir, ".closed")).toHaveLength(1);
  const objects = openObjectDatabase(gitdir);
  expect(objects.closedPrefixes()[0]?.commit).toBe(readRef(gitdir, MAIN)!);
  objects.close();
});
