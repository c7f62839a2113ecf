import { expect, test } from "bun:test";
import { join } from "node:path";
import { createCodes } from "../../../src/registry/knitpkg/codes.ts";
import { openSessions } from "../../../src/registry/knitpkg/sessions.ts";
import { tempDirectory } from "../../support/temp.ts";

test("a code is worth its value once, until its time is over", () => {
  let now = 0;
  const codes = createCodes<string>(1_000, () => now);
  const [first, second] = [codes.issue("a"), codes.issue("b")];
  expect(codes.take(first)).toBe("a");
  expect(codes.take(first)).toBeUndefined();
  now = 1_000;
  expect(codes.take(second)).toBeUndefined();
});

test("a flood of codes pushes out the oldest and takes no more memory", () => {
  const codes = createCodes<number>(1_000, () => 0);
  const all = Array.from({ length: 10_001 }, (_, at) => codes.issue(at));
  expect(codes.take(all[0]!)).toBeUndefined();
  expect(codes.take(all[1]!)).toBe(1);
  expect(codes.take(all.at(-1)!)).toBe(10_000);
});

test("a session ends by itself, and is kept by its hash alone", () => {
  let now = 0;
  const path = join(tempDirectory("sessions"), "state.db");
  const sessions = openSessions(path, () => now);
  expect(sessions.find(`mbs_${"a".repeat(43)}`)).toBeUndefined();
  const identity = { provider: "github", id: "7", username: "ann", email: null };
  const token = sessions.create(identity);
  expect(sessions.find(token)).toEqual(identity);
  expect(sessions.find("mbs_short")).toBeUndefined();
  now = 91 * 24 * 3_600_000;
  expect(sessions.find(token)).toBeUndefined();
  sessions.close();
});
