import { expect, test } from "bun:test";
import { encodeTree, parseTree, type TreeEntry } from "../../src/git/object.ts";
import { forAll } from "../support/random.ts";

const LETTERS = ["a", "b", "-", ".", "0", "é", "原", "\uffee", "🐫"];

test("trees are in the order of the names' bytes, a folder as if its name ended in a slash", () => {
  forAll(500, (random) => {
    const letters = random.chance(0.5) ? LETTERS.slice(0, 5) : LETTERS;
    const name = () =>
      Array.from({ length: 1 + random.int(3) }, () => random.pick(letters)).join("");
    const names = new Set(Array.from({ length: random.int(12) }, name));
    const entries = [...names].map(
      (each): TreeEntry => ({
        mode: random.chance(0.4) ? "40000" : "100644",
        name: each,
        oid: random.bytes(20).toString("hex"),
      }),
    );
    const key = ({ mode, name: own }: TreeEntry) => Buffer.from(mode === "40000" ? `${own}/` : own);
    const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
    expect(parseTree(encodeTree(entries))).toEqual(sorted);
  });
});
