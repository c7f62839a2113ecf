import { expect, test } from "bun:test";
import { deflateSync } from "node:zlib";
import { inflateEntry } from "../../src/git/inflate.ts";
import { forAll } from "../support/random.ts";

test("what was deflated comes back, small or big", () => {
  forAll(20, (random) => {
    const data = random.bytes(random.pick([0, 1, 100, 10_000]));
    expect(inflateEntry(deflateSync(data), data.length).equals(data)).toBe(true);
  });
  const big = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
  const repeated = Buffer.concat([big, big, big]);
  expect(inflateEntry(deflateSync(repeated), repeated.length).equals(repeated)).toBe(true);
});

test.each([
  ["a few bytes", 50],
  ["more than is inflated without a limit", 200_000_000],
])("%s too few or too many are an error", (_, size) => {
  const deflated = deflateSync(Buffer.alloc(size), { level: 9 });
  expect(() => inflateEntry(deflated, size - 1)).toThrow();
  expect(() => inflateEntry(deflated, size + 1)).toThrow();
  expect(() => inflateEntry(deflated.subarray(0, -5), size)).toThrow();
});
