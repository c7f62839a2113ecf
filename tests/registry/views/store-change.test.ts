/** What is remembered of the store, so that what came and went since can be told. */
import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  digitsOf,
  rememberMore,
  rememberStored,
  storeChange,
} from "../../../src/registry/views/store-change.ts";

const hashes = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, at) =>
    createHash("sha256")
      .update(`${from + at}`)
      .digest("hex"),
  );

test("it is in one order, and each is in it once", async () => {
  const some = hashes(0, 500);
  const remembered = await rememberStored(some);
  expect(remembered).toBe(some.map(digitsOf).sort().join(" "));
  expect(await rememberStored([...some, ...some.toReversed()])).toBe(remembered);
  expect(await rememberMore(await rememberStored(some.slice(100)), some)).toBe(remembered);
  expect(await rememberMore(await rememberStored(some.slice(0, 300)), some.slice(200))).toBe(
    remembered,
  );
  expect(await rememberStored([])).toBe("");
});

test("nothing of it can be taken for a hash that somebody points at", async () => {
  expect(await rememberStored(hashes(0, 3))).toMatch(/^[0-9a-f]{16}( [0-9a-f]{16}){2}$/);
});

test("what came is named, what went is counted", async () => {
  const remembered = await rememberStored(hashes(0, 100));
  const here = new Set(hashes(10, 105));
  const added = new Set(hashes(100, 105).map(digitsOf));
  expect(await storeChange(remembered, here)).toEqual({ added, removed: 10 });
  expect(await storeChange("", new Set())).toEqual({ added: new Set(), removed: 0 });
});

test("others have their turn while many are remembered and compared", async () => {
  const many = hashes(0, 200_000);
  let turns = 0;
  const turn = setInterval(() => turns++, 0);
  const remembered = await rememberStored(many);
  expect(turns).toBeGreaterThan(0);
  expect(remembered.split(" ")).toHaveLength(many.length);
  turns = 0;
  const change = await storeChange(remembered, new Set(many.slice(1)));
  expect(turns).toBeGreaterThan(0);
  expect(change).toEqual({ added: new Set(), removed: 1 });
  clearInterval(turn);
});
