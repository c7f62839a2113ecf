import { expect, test } from "bun:test";
import { ago, duration } from "../../../src/cli/render/units.ts";

test("durations are as exact as one wants them", () => {
  const cases: [number, string][] = [
    [0, "0.0 s"],
    [440, "0.4 s"],
    [9_940, "9.9 s"],
    [9_960, "10 s"],
    [59_600, "1 min 0 s"],
    [200_000, "3 min 20 s"],
    [7_500_000, "2 h 5 min"],
  ];
  for (const [value, text] of cases) expect(duration(value)).toBe(text);
});

test("the past is told roughly", () => {
  const minute = 60_000;
  const cases: [number, string][] = [
    [0, "just now"],
    [-minute, "just now"],
    [5 * minute, "5 min ago"],
    [60 * minute, "1 h ago"],
    [47 * 60 * minute, "47 h ago"],
    [48 * 60 * minute, "2 days ago"],
  ];
  for (const [value, text] of cases) expect(ago(value)).toBe(text);
});
