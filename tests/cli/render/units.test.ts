import { expect, test } from "bun:test";
import { ago, bytes, count, duration, plural } from "../../../src/cli/render/units.ts";

test("bytes have three digits and a binary unit", () => {
  const cases: [number, string][] = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [210 * 1024 * 1024, "210 MiB"],
    [1023 * 1024, "1.0 MiB"],
    [5e15, "4547 TiB"],
  ];
  for (const [value, text] of cases) expect(bytes(value)).toBe(text);
});

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

test("counts have separators and their noun", () => {
  expect(count(6548)).toBe("6,548");
  expect([plural(1, "module"), plural(0, "module"), plural(2, "entry", "entries")]).toEqual([
    "1 module",
    "0 modules",
    "2 entries",
  ]);
});
