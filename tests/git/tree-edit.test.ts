import { describe, expect, test } from "bun:test";
import {
  encodeTree,
  FILE_MODE,
  parseTree,
  TREE_MODE,
  type TreeEntry,
} from "../../src/git/object.ts";
import { editTree, findEntries } from "../../src/git/tree-edit.ts";
import { forAll, type Random } from "../support/random.ts";

/** Names around the slash, which stands between other letters where folders are ordered. */
const NAMES = ["a", "a-", "a.", "a.b", "a0b", "ab", "b", "ü", "原来", "z", "a b"];

const entry = (random: Random, name: string): TreeEntry => ({
  mode: random.chance(0.5) ? TREE_MODE : FILE_MODE,
  name,
  oid: random.bytes(20).toString("hex"),
});

function some(random: Random): Map<string, TreeEntry> {
  const names = NAMES.filter(() => random.chance(0.5));
  return new Map(names.map((name) => [name, entry(random, name)]));
}

test("a tree with some changes is the tree of what there is then, byte for byte", () =>
  forAll(400, (random) => {
    const before = some(random);
    const data = encodeTree([...before.values()]);
    const after = new Map(before);
    const edits = new Map<string, TreeEntry | undefined>();
    for (const name of NAMES.filter(() => random.chance(0.3))) {
      const next = random.chance(0.3) ? undefined : entry(random, name);
      edits.set(name, next);
      if (next) after.set(name, next);
      else after.delete(name);
    }
    const formers = findEntries(data, edits.keys());
    expect([...formers.keys()].sort()).toEqual(
      [...edits.keys()].filter((name) => before.has(name)).sort(),
    );
    for (const [name, { entry: found, start, end }] of formers) {
      expect(found).toEqual(before.get(name)!);
      expect(parseTree(data.subarray(start, end))).toEqual([found]);
    }
    const changes = [...edits].map(([name, next]) => ({ former: formers.get(name), next }));
    expect(editTree(data, changes)).toEqual(encodeTree([...after.values()]));
  }));

test("a change of a whole big tree takes one walk, not one for each name", () => {
  const names = Array.from({ length: 20_000 }, (_, at) => `owner${at}`);
  const of = (digit: string) =>
    names.map((name) => ({ mode: TREE_MODE, name, oid: digit.repeat(40) }));
  const started = performance.now();
  const data = encodeTree(of("1"));
  const formers = findEntries(data, names);
  const changes = of("2").map((next) => ({ former: formers.get(next.name), next }));
  expect(editTree(data, changes)).toEqual(encodeTree(of("2")));
  const added = of("3").map((next) => ({ former: undefined, next }));
  expect(editTree(Buffer.alloc(0), added)).toEqual(encodeTree(of("3")));
  // One for each name takes twenty seconds.
  expect(performance.now() - started).toBeLessThan(4_000);
});

describe("what is no tree is refused", () => {
  const whole = encodeTree([{ mode: FILE_MODE, name: "a", oid: "1".repeat(40) }]);
  test.each([
    ["cut short", whole.subarray(0, -1)],
    ["without an end of its name", Buffer.from("100644 name")],
    ["of no words", Buffer.from("x")],
  ])("%s", (_, data) => {
    expect(() => findEntries(data, ["a"])).toThrow(SyntaxError);
  });
});
