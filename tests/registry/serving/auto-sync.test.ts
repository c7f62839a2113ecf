import { expect, test } from "bun:test";
import { delayAfter } from "../../../src/registry/serving/auto-sync.ts";
import { forAll } from "../../support/random.ts";

const HOUR = 3_600_000;
const middle = () => 0.5;

test("what works is done again after the interval, what fails sooner, and later each time", () => {
  const delays = [0, 1, 2, 3, 20].map((failures) => delayAfter(failures, HOUR, middle));
  expect(delays).toEqual([HOUR, 30_000, 60_000, 120_000, HOUR]);
});

test("the wait is never off by more than a tenth, and never over the interval by more", () => {
  forAll(300, (random) => {
    const interval = 1_000 + random.int(HOUR);
    const failures = random.int(30);
    const exact = delayAfter(failures, interval, middle);
    const delay = delayAfter(failures, interval, () => random.int(1_000) / 1_000);
    expect(exact).toBeLessThanOrEqual(interval);
    expect(Math.abs(delay - exact)).toBeLessThanOrEqual(exact * 0.1 + 1e-6);
  });
});
