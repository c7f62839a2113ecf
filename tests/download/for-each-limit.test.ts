import { expect, test } from "bun:test";
import { forEachLimit } from "../../src/download/mod.ts";

const tick = () => new Promise((resolve) => setImmediate(resolve));

test("every item is worked on once, and never more than so many at a time", async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await forEachLimit(
    Array.from({ length: 50 }, (_, at) => at),
    7,
    async (item) => {
      most = Math.max(most, ++running);
      await tick();
      running--;
      done.push(item);
    },
  );
  expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, at) => at));
  expect(most).toBe(7);
});

test("after a failure no item is begun, and what is under way is waited for", async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = forEachLimit([0, 1, 2, 3, 4, 5, 6, 7], 2, async (item) => {
    begun.push(item);
    await tick();
    ended++;
    if (item === 1) throw new Error("item 1");
  });
  await expect(work).rejects.toThrow("item 1");
  expect(ended).toBe(begun.length);
  expect(begun.length).toBeLessThan(8);
});

test("the signal stops it with its reason", async () => {
  const controller = new AbortController();
  let begun = 0;
  const work = forEachLimit(
    Array.from({ length: 100 }, (_, at) => at),
    3,
    async () => {
      if (++begun === 10) controller.abort(new Error("enough"));
      await tick();
    },
    controller.signal,
  );
  await expect(work).rejects.toThrow("enough");
  expect(begun).toBeLessThan(15);
});

test("no items are no work", async () => {
  await forEachLimit([], 5, () => Promise.reject(new Error("never")));
});

test.each([0, -1, Number.NaN])("%d at once would be none: it is refused", async (limit) => {
  await expect(forEachLimit([1], limit, () => Promise.resolve())).rejects.toThrow(RangeError);
});
