/** Packs from elsewhere: read through, named by their own hashes, and never believed. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { createDelta } from "../../src/git/delta.ts";
import { indexPack } from "../../src/git/index-pack.ts";
import { oidOf } from "../../src/git/object.ts";
import { type EntryKind, encodeEntryHeader } from "../../src/git/pack-entry.ts";
import { encodePackIndex, type IndexedEntry } from "../../src/git/pack-index.ts";
import { git, hasGit, realIndexBundle, realIndexRepository } from "../support/git.ts";
import { mutate } from "../support/mutate.ts";
import { type Given, packOf, sealed } from "../support/pack.ts";
import { createRandom, forAll } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const LIMITS = { object: 1_000_000, objects: 10_000, work: 100_000_000 };

function index(path: string, limits = LIMITS): IndexedEntry[] {
  const run = indexPack(path, limits);
  for (let step = run.next(); ; step = run.next()) if (step.done) return step.value.entries;
}

function lay(pack: Buffer): string {
  const path = join(tempDirectory("pack"), "some.pack");
  writeFileSync(path, pack);
  return path;
}

const blob = (text: string): Given => ({ entry: { kind: "blob" }, data: Buffer.from(text) });
const LONG = "a line that many versions of a file have in common\n".repeat(20);
const delta = (entry: EntryKind, from: string, to: string): Given => ({
  entry,
  data: createDelta(Buffer.from(from), Buffer.from(to)),
});
const oid = (text: string) => oidOf("blob", Buffer.from(text));

describe.if(hasGit)("the index is, byte for byte, the one that git makes", () => {
  async function expectSame(repository: string): Promise<void> {
    const directory = join(repository, "objects", "pack");
    const packs = readdirSync(directory).filter((file) => file.endsWith(".pack"));
    expect(packs.length).toBeGreaterThan(0);
    for (const file of packs) {
      const path = join(directory, file);
      const limits = { object: 2 ** 28, objects: 2 ** 20, work: 2 ** 40 };
      const ours = encodePackIndex(index(path, limits), readFileSync(path).subarray(-20));
      expect(ours.equals(readFileSync(path.replace(/pack$/, "idx")))).toBe(true);
    }
  }

  test.if(realIndexBundle !== undefined)("of the public index with its history", async () => {
    await expectSame(await realIndexRepository());
  });

  test("of deltas by name and by distance, of bytes that cannot be made fewer, of nothing", async () => {
    const directory = join(tempDirectory(), "mixed.git");
    await git(["init", "-q", "--bare", "-b", "main", directory]);
    const random = createRandom(5);
    const noise = random.bytes(200_000).toString("latin1");
    for (const text of ["", noise, `${noise}x`, LONG, `${LONG}1`, `2${LONG}`]) {
      await git(["-C", directory, "hash-object", "-w", "--stdin"], text);
    }
    const oids = await git(["-C", directory, "cat-file", "--batch-all-objects", "--batch-check"]);
    const names = oids.split("\n").map((line) => line.slice(0, 40));
    const pack = join(directory, "objects", "pack", "pack");
    await git(["-C", directory, "pack-objects", "-q", pack], `${names.join("\n")}\n`);
    const byDistance = ["pack-objects", "-q", "--delta-base-offset", `${pack}-2`];
    await git(["-C", directory, ...byDistance], `${names.join("\n")}\n`);
    await expectSame(directory);
  });
});

test("a delta may come before its base, and stand on one that does", () => {
  const [first, second, third] = [LONG, `${LONG}2`, `${LONG}3`];
  const byName = delta({ kind: "ref-delta", base: oid(first) }, first, second);
  const length = encodeEntryHeader(byName.entry, byName.data.length).length;
  const distance = length + deflateSync(byName.data).length;
  const pack = packOf([byName, delta({ kind: "ofs-delta", distance }, second, third), blob(first)]);
  const found = index(lay(pack));
  expect(new Set(found.map((each) => each.oid))).toEqual(new Set([first, second, third].map(oid)));
});

test("a long chain of deltas is followed without being kept", () => {
  const texts = Array.from({ length: 300 }, (_, at) => LONG + at);
  const given = texts.map((text, at) =>
    at === 0
      ? blob(text)
      : delta({ kind: "ref-delta", base: oid(texts[at - 1]!) }, texts[at - 1]!, text),
  );
  // From its end: nothing can be put together before the last.
  const found = index(lay(packOf(given.reverse())));
  expect(found).toHaveLength(300);
});

test("many that wait for one base let others have their turn, and cost no more each than few", () => {
  const given = Array.from({ length: 3_000 }, (_, at) =>
    delta({ kind: "ref-delta", base: oid(LONG) }, LONG, `${LONG}${at}`),
  );
  const run = indexPack(lay(packOf([...given, blob(LONG)])), LIMITS);
  let waited = 0;
  let step = run.next();
  for (; !step.done && !step.value; step = run.next()) if (step.value === 0) waited++;
  expect(waited).toBe(3_000);
  for (; !step.done; step = run.next());
  expect(step.value.entries).toHaveLength(3_001);
});

describe("refused is a pack", () => {
  const bomb = Buffer.alloc(5_000_000);
  test.each<[string, Buffer, RegExp]>([
    ["that is none", sealed(Buffer.from("PACX\0\0\0\x02\0\0\0\0", "latin1")), /no pack/],
    ["of another version", sealed(Buffer.from("PACK\0\0\0\x09\0\0\0\0", "latin1")), /no pack/],
    ["of nothing", Buffer.alloc(0), /./],
    ["that is not what was sent", packOf([blob("a")]).fill(7, 13, 14), /not what was written/],
    ["with less than it says", packOf([blob("a")], 2), /cut short|pack entry/],
    ["with more than it says", packOf([blob("a"), blob("b")], 1), /more in the pack/],
    ["whose object is not as long as it says", packOf([{ ...blob("abc"), size: 4 }]), /size/],
    ["whose object is longer than it says", packOf([{ ...blob("abc"), size: 2 }]), /inflated/],
    ["whose object says that it is huge", packOf([{ ...blob("a"), size: 2 ** 40 }]), /too big/],
    ["whose object is huge", packOf([{ entry: { kind: "blob" }, data: bomb }]), /too big/],
    [
      "whose delta makes something huge",
      packOf([
        blob("a"),
        { entry: { kind: "ref-delta", base: oid("a") }, data: Buffer.from([1, 0xff, 0xff, 0x7f]) },
      ]),
      /more than/,
    ],
    [
      "whose delta stands on what is not there",
      packOf([delta({ kind: "ref-delta", base: oid("x") }, "x", "y")]),
      /base of a delta/,
    ],
    [
      "whose delta stands on no entry",
      packOf([blob("x"), delta({ kind: "ofs-delta", distance: 3 }, "x", "y")]),
      /base of a delta/,
    ],
    [
      "whose delta is for another base",
      packOf([blob("x"), delta({ kind: "ref-delta", base: oid("x") }, "xyz", "y")]),
      /another base/,
    ],
    [
      "whose object is not deflated",
      packOf([{ ...blob("abcdef"), deflated: Buffer.from("abcdef") }]),
      /inflated/,
    ],
  ])("%s", (_, pack, problem) => {
    expect(() => index(lay(pack))).toThrow(problem);
  });

  test("whose parts are harmless, and all together too much", () => {
    const many = Array.from({ length: 30 }, (_, at) => blob(String(at).repeat(10_000)));
    expect(() => index(lay(packOf(many)), { ...LIMITS, work: 200_000 })).toThrow(
      /unpacks to over 200000 bytes/,
    );
    expect(() => index(lay(packOf(many)), { ...LIMITS, objects: 29 })).toThrow(/over 29 objects/);
  });

  test("whose deltas stand on each other without end", () => {
    const texts = Array.from({ length: 4_200 }, (_, at) => `${at}`);
    const given = texts.map((text, at) =>
      at === 0
        ? blob(text)
        : delta({ kind: "ref-delta", base: oid(`${at - 1}`) }, `${at - 1}`, text),
    );
    expect(() => index(lay(packOf(given)))).toThrow(/without end/);
  });
});

test.if(existsSync("/proc/self/fd"))("no file is left open, however it ends", () => {
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const sound = lay(packOf([blob("a"), blob("b")]));
  const short = lay(packOf([blob("a")], 2));
  const changed = lay(packOf([blob("a")]).fill(7, 13, 14));
  const before = openFiles();
  expect(index(sound)).toHaveLength(2);
  expect(() => index(short)).toThrow();
  expect(() => index(changed)).toThrow();
  const given = indexPack(sound, LIMITS);
  given.next();
  given.return({ entries: [], trailer: Buffer.alloc(20) });
  expect(openFiles()).toBe(before);
});

test("damaged packs are read or refused, and never anything else", () => {
  const valid = packOf([
    blob(LONG),
    blob("short"),
    delta({ kind: "ref-delta", base: oid(LONG) }, LONG, `${LONG}more`),
  ]);
  forAll(300, (random) => {
    const path = lay(sealed(mutate(random, valid.subarray(0, -20))));
    try {
      for (const { oid, offset } of index(path)) {
        expect(oid).toMatch(/^[0-9a-f]{40}$/);
        expect(offset).toBeLessThan(valid.length + 1_000);
      }
    } catch (error) {
      expect(error).toBeOneOf([expect.any(RangeError), expect.any(SyntaxError)]);
    }
  });
});
