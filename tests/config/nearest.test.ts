import { expect, test } from "bun:test";
import { nearest } from "../../src/config/nearest.ts";

const NAMES = ["mirror", "source", "serve", "server", "sync", "status", "--full"];

test("nearest finds what was meant", () => {
  const cases = {
    miror: "mirror",
    srouce: "source",
    SERVE: "serve",
    snyc: "sync",
    "--ful": "--full",
    statsu: "status",
  };
  for (const [word, meant] of Object.entries(cases)) expect(nearest(word, NAMES)).toBe(meant);
});

test("nearest finds nothing far off", () => {
  for (const word of ["", "x", "upload", "--dry-run"]) expect(nearest(word, NAMES)).toBeUndefined();
});
