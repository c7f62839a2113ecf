import { expect, test } from "bun:test";
import { moment, wholeNumber } from "../../src/cli/numbers.ts";

test("wholeNumber takes whole numbers in their range", () => {
  expect(wholeNumber("4", "-j", 1, 8)).toBe(4);
  for (const word of ["", "abc", "4x", "1.5", "1e1", "0", "9", " 4", "0x4", "--4"]) {
    expect(() => wholeNumber(word, "-j", 1, 8)).toThrow("-j wants a whole number from 1 to 8, not");
  }
});

test("moment takes days and moments that exist", () => {
  expect(moment("2026-01-31", "--since").toISOString()).toBe("2026-01-31T00:00:00.000Z");
  expect(moment("2026-01-31T10:00+02:00", "--since").toISOString()).toBe(
    "2026-01-31T08:00:00.000Z",
  );
  expect(moment("2026-01-31T10:00:01.5Z", "--since").toISOString()).toBe(
    "2026-01-31T10:00:01.500Z",
  );
  expect(moment("2028-02-29T23:00-05:00", "--since").toISOString()).toStartWith("2028-03-01");
  const days = ["", "yesterday", "2026", "2026-02-31", "2026-13-01", "31.01.2026", "1"];
  const moments = ["2026-02-31T00:00Z", "2026-02-29T23:00:00+02:00", "2026-02-01T25:00Z"];
  for (const word of [...days, ...moments]) {
    expect(() => moment(word, "--since")).toThrow("--since wants a date such as 2026-01-31, not");
  }
});
