import { expect, test } from "bun:test";
import { bytesText, countText, plural } from "../src/units.ts";

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
  for (const [value, text] of cases) expect(bytesText(value)).toBe(text);
});

test("counts have separators and their noun", () => {
  expect(countText(6548)).toBe("6,548");
  expect([plural(1, "module"), plural(0, "module"), plural(2, "entry", "entries")]).toEqual([
    "1 module",
    "0 modules",
    "2 entries",
  ]);
});
