import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePackIndex, type IndexedEntry, readPackIndex } from "../../src/git/pack-index.ts";
import { hasGit } from "../support/git.ts";
import { forAll, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const TRAILER = Buffer.alloc(20, 7);

/** Offsets small and large: from 2 GiB on they stand in a table of their own. */
function entriesOf(random: Random): IndexedEntry[] {
  const entries = new Map<string, IndexedEntry>();
  let offset = 12;
  for (let left = random.int(60); left > 0; left--) {
    const bytes = random.bytes(20);
    // Many that begin alike, at either end of the table too.
    bytes[0] = random.pick([0, 1, 254, 255, bytes[0]!]);
    const oid = bytes.toString("hex");
    entries.set(oid, { oid, offset, crc32: random.int(2 ** 32) });
    offset += 1 + random.int(random.pick([10, 1_000, 2 ** 30]));
    if (random.chance(0.05))
      offset = random.pick([2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 40]) + offset;
  }
  return [...entries.values()];
}

test("every object is found by its name and by its place, and none that is not there", () => {
  forAll(200, (random) => {
    const entries = entriesOf(random);
    const index = readPackIndex(encodePackIndex(entries, TRAILER));
    const inOrder = entries.toSorted((a, b) => a.offset - b.offset);
    expect(index.count).toBe(entries.length);
    expect([...index.oids()]).toEqual(entries.map(({ oid }) => oid).sort());
    for (const [at, { oid, offset }] of inOrder.entries()) {
      expect(index.offsetOf(oid)).toBe(offset);
      expect(index.oidAt(offset)).toBe(oid);
      expect(index.nextOffset(offset)).toBe(inOrder[at + 1]?.offset);
    }
    for (let run = 0; run < 20; run++) {
      const [oid, offset] = [random.bytes(20).toString("hex"), random.int(2 ** 33)];
      expect(index.offsetOf(oid)).toBe(entries.find((each) => each.oid === oid)?.offset);
      expect(index.oidAt(offset)).toBe(entries.find((each) => each.offset === offset)?.oid);
    }
  });
});

test.if(hasGit)(
  "git reads from it what was written, also beyond two and four gigabytes",
  async () => {
    const entries = [12, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 5, 2 ** 32, 2 ** 40].map((offset, at) => ({
      oid: String(at).repeat(40),
      offset,
      crc32: 2 ** 32 - 1 - at,
    }));
    const path = join(tempDirectory("index"), "x.idx");
    writeFileSync(path, encodePackIndex(entries.toReversed(), TRAILER));
    const { stdout } = Bun.spawnSync(["git", "show-index"], { stdin: Bun.file(path) });
    expect(stdout.toString()).toBe(
      entries
        .map(({ oid, offset, crc32 }) => `${offset} ${oid} (${crc32.toString(16)})\n`)
        .join(""),
    );
  },
);

test("what is no index, or is cut short, is refused", () => {
  const index = encodePackIndex(
    [1, 2, 3].map((at) => ({ oid: String(at).repeat(40), offset: at * 100, crc32: at })),
    TRAILER,
  );
  expect(readPackIndex(index).count).toBe(3);
  for (const at of [0, 3, 7]) {
    const other = Buffer.from(index);
    other[at]! ^= 1;
    expect(() => readPackIndex(other)).toThrow("not a version 2 pack index");
  }
  for (let end = 0; end < index.length; end++) {
    expect(() => readPackIndex(index.subarray(0, end))).toThrow(SyntaxError);
  }
});
