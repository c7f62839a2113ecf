import { expect, test } from "bun:test";
import { lookEachTurn, lookEvery } from "../../src/files/mod.ts";

test("what was seen stands for a while, and is looked for again after it", () => {
  let looks = 0;
  const forHours = lookEvery(3_600_000, () => ++looks);
  expect([forHours(), forHours(), forHours()]).toEqual([1, 1, 1]);
  const never = lookEvery(0, () => ++looks);
  expect([never(), never()]).toEqual([2, 3]);
});

test("a look that fails is not remembered", () => {
  let fails = true;
  const look = lookEvery(3_600_000, () => {
    if (fails) throw new Error("no");
    return "there";
  });
  expect(look).toThrow("no");
  fails = false;
  expect(look()).toBe("there");
});

test("in one turn of the event loop one look is enough, in the next it is not", async () => {
  let looks = 0;
  const look = lookEachTurn(() => ++looks);
  expect([look(), look()]).toEqual([1, 1]);
  await Promise.resolve();
  expect(look()).toBe(1);
  await new Promise(setImmediate);
  expect([look(), look()]).toEqual([2, 2]);
});
