import { expect, test } from "bun:test";
import { applyDelta, createDelta } from "../../src/git/delta.ts";
import { forAll } from "../support/random.ts";

test("a delta to an appended line is a fraction of the line's file", () => {
  const base = Buffer.from("line\n".repeat(10_000));
  const target = Buffer.concat([base, Buffer.from("one more\n")]);
  const delta = createDelta(base, target);
  expect(delta.length).toBeLessThan(40);
  expect(applyDelta(base, delta)).toEqual(target);
});

test("any object can be rebuilt from any base", () => {
  forAll(200, (random) => {
    const base = random.bytes(random.int(400));
    const cut = random.int(base.length + 1);
    const target = Buffer.concat([
      base.subarray(0, cut),
      random.bytes(random.int(300)),
      base.subarray(random.int(base.length + 1)),
    ]);
    expect(applyDelta(base, createDelta(base, target))).toEqual(target);
  });
});

test("changes in many places cost little more than themselves, wherever what stays went", () => {
  forAll(100, (random) => {
    const base = random.bytes(2_000 + random.int(6_000));
    const pieces: Buffer[] = [];
    let fresh = 0;
    for (let at = 0; at < base.length; ) {
      const next = at + 200 + random.int(600);
      pieces.push(base.subarray(at, next));
      if (random.chance(0.5)) pieces.push(random.bytes(1 + random.int(40)));
      fresh += pieces.at(-1)!.length <= 40 ? pieces.at(-1)!.length : 0;
      at = next;
    }
    if (random.chance(0.5)) pieces.reverse();
    const target = Buffer.concat(pieces);
    const delta = createDelta(base, target);
    expect(applyDelta(base, delta)).toEqual(target);
    // A copy takes up to 7 bytes, a literal's head 1; at its ends a run may lack part of a block.
    expect(delta.length).toBeLessThan(fresh + 10 + 48 * pieces.length);
  });
});

test("copies over 64 KiB and past 16 MiB are written and read", () => {
  const base = Buffer.alloc(17 * 1024 * 1024, "abc");
  const target = Buffer.concat([base.subarray(0, -5), Buffer.from("end"), base.subarray(-70_000)]);
  expect(applyDelta(base, createDelta(base, target)).equals(target)).toBe(true);
});

test("sizes are written in as many bytes as they take", () => {
  for (const edge of [1, 128, 128 ** 2, 128 ** 3]) {
    for (const size of [edge - 1, edge, edge + 1]) {
      const [base, target] = [Buffer.alloc(size, "a"), Buffer.alloc(edge, "a")];
      expect(applyDelta(base, createDelta(base, target)).equals(target)).toBe(true);
      expect(applyDelta(target, createDelta(target, base)).equals(base)).toBe(true);
    }
  }
});

test("a delta is refused for another base, when it reaches past it, and when it is cut short", () => {
  const base = Buffer.from("hello hello hello");
  const delta = createDelta(base, Buffer.from("hello hello world hello"));
  expect(() => applyDelta(Buffer.from("other"), delta)).toThrow(RangeError);
  expect(() => applyDelta(base, Buffer.from([17, 5, 0x91, 15, 5]))).toThrow(RangeError);
  for (let end = 0; end < delta.length; end++) {
    expect(() => applyDelta(base, delta.subarray(0, end))).toThrow(RangeError);
  }
});
