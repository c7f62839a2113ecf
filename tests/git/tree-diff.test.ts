import { describe, expect, test } from "bun:test";
import { encodeTree, type TreeEntry } from "../../src/git/object.ts";
import { differenceOf } from "../../src/git/tree-diff.ts";
import { forAll, type Random } from "../support/random.ts";

const text = ({ mode, name, oid }: TreeEntry) => `${mode} ${name} ${oid}`;

const entry = (random: Random, name: string): TreeEntry => ({
  mode: random.chance(0.3) ? "40000" : "100644",
  name,
  // Few different bytes, zero among them, so that what is no boundary often looks like one.
  oid: Array.from({ length: 20 }, () => random.pick(["00", "31", "41"])).join(""),
});

function tree(random: Random): TreeEntry[] {
  const names = new Set(Array.from({ length: random.int(12) }, () => `n${random.int(30)}`));
  return [...names].map((name) => entry(random, name));
}

function changed(random: Random, from: readonly TreeEntry[]): TreeEntry[] {
  const kept = from.flatMap((each) => {
    if (random.chance(0.1)) return [];
    return [random.chance(0.15) ? entry(random, each.name) : each];
  });
  const added = random.chance(0.3) ? [entry(random, `x${random.int(9)}`)] : [];
  return [...kept, ...added];
}

test("what is left out stands in both trees, and nothing else is", () => {
  forAll(2_000, (random) => {
    const before = tree(random);
    const after = random.chance(0.9) ? changed(random, before) : tree(random);
    const { entries, formers } = differenceOf(encodeTree(after), encodeTree(before));
    const left = (all: readonly TreeEntry[], shown: readonly TreeEntry[]) => {
      const names = new Set(shown.map(text));
      return all
        .map(text)
        .filter((each) => !names.has(each))
        .sort();
    };
    expect(left(after, entries)).toEqual(left(before, formers));
    expect(entries.every((each) => after.some((one) => text(one) === text(each)))).toBe(true);
    expect(formers.every((each) => before.some((one) => text(one) === text(each)))).toBe(true);
  });
});

test("one changed entry among many is found alone", () => {
  const oid = (digit: number) => String(digit).repeat(40);
  const names = Array.from({ length: 300 }, (_, at) => `file${String(at).padStart(3, "0")}`);
  const before = names.map((name) => ({ mode: "100644", name, oid: oid(1) }));
  const after = before.map((each, at) => (at === 123 ? { ...each, oid: oid(2) } : each));
  expect(differenceOf(encodeTree(after), encodeTree(before))).toEqual({
    entries: [after[123]!],
    formers: [before[123]!],
  });
});

describe("an equal tree", () => {
  test.each([0, 1, 5])("of %d entries has no difference", (count) => {
    const same = encodeTree(
      Array.from({ length: count }, (_, at) => ({
        mode: "100644",
        name: `a${at}`,
        oid: "0".repeat(40),
      })),
    );
    expect(differenceOf(same, Buffer.from(same))).toEqual({ entries: [], formers: [] });
  });
});

test("what is no tree is refused", () => {
  expect(() => differenceOf(Buffer.from("100644 a"), Buffer.alloc(0))).toThrow(SyntaxError);
});
