/** The audit log. */
import { expect, test } from "bun:test";
import { appendFileSync, chownSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AuditEvent } from "../../src/accounts/audit.ts";
import { openAudit, readAudit } from "../../src/accounts/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const NOW = new Date("2026-11-21T09:00:00.123Z");
const EVENT: AuditEvent = { who: "ci", what: "publish", target: "a/b@1.0.0", result: "done" };
const silent = (message: string) => {
  throw new Error(message);
};

test("an event is one line of JSON, in a file that only its owner reads", () => {
  const path = join(tempDirectory("audit"), "audit.log");
  const audit = openAudit(path, { warn: silent, now: () => NOW });
  audit(EVENT);
  audit({ ...EVENT, target: "a\n{}\u2028", from: "192.0.2.1" });
  const [first, second, ...rest] = readFileSync(path, "utf8").split("\n");
  expect(first).toBe(
    '{"time":"2026-11-21T09:00:00.123Z","who":"ci","what":"publish","target":"a/b@1.0.0","result":"done"}',
  );
  expect(JSON.parse(second!)).toMatchObject({ target: "a\n{}\u2028", from: "192.0.2.1" });
  expect(rest).toEqual([""]);
  if (process.platform !== "win32") expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("it is read with the older logs, without lines that a crash cut short", () => {
  const path = join(tempDirectory("audit"), "audit.log");
  let at = NOW.getTime();
  const audit = openAudit(path, { warn: silent, maxBytes: 100, now: () => new Date(at++) });
  for (const target of ["a", "b", "c"]) audit({ ...EVENT, target });
  appendFileSync(path, '{"time":"2026-\n\0\0\0\nnull\n');
  expect(readAudit(path).map(({ target }) => target)).toEqual(["a", "b", "c"]);
  expect(readAudit(join(tempDirectory("audit"), "none.log"))).toEqual([]);
});

test("a text is cut, so that no client decides how long a line is", () => {
  const path = join(tempDirectory("audit"), "audit.log");
  openAudit(path, { warn: silent })({ ...EVENT, target: "x".repeat(100_000) });
  expect(statSync(path).size).toBeLessThan(1_000);
});

test("it grows to a bound: older lines move aside, the oldest go", () => {
  const directory = tempDirectory("audit");
  let at = NOW.getTime();
  const options = { warn: silent, maxBytes: 300, now: () => new Date(at++) };
  // Two programs that write at once.
  const audits = [
    openAudit(join(directory, "audit.log"), options),
    openAudit(join(directory, "audit.log"), options),
  ];
  const written = 200;
  for (let i = 0; i < written; i++) audits[i % 2]!({ ...EVENT, target: String(i) });
  const names = readdirSync(directory).sort();
  expect(names.length).toBeLessThanOrEqual(10);
  for (const name of names) expect(name).toMatch(/^audit(-\d{8}t\d{9}z)?\.log$/);
  const lines = names
    .flatMap((name) => readFileSync(join(directory, name), "utf8").split("\n"))
    .filter(Boolean)
    .map((line) => Number((JSON.parse(line) as AuditEvent).target))
    .sort((a, b) => a - b);
  // The newest, without a gap.
  expect(lines.at(-1)).toBe(written - 1);
  expect(lines).toEqual(Array.from({ length: lines.length }, (_, i) => written - lines.length + i));
});

test("a clock that was set back costs no line: the newest are kept", () => {
  const directory = tempDirectory("audit");
  let year = 2026;
  const now = () => new Date(Date.UTC(year, 0, 1));
  const audit = openAudit(join(directory, "audit.log"), { warn: () => {}, maxBytes: 1, now });
  for (let i = 0; i < 40; i++) {
    if (i === 30) year = 2020;
    audit({ ...EVENT, target: String(i) });
  }
  const names = readdirSync(directory).sort();
  const targets = names.map((name) => {
    const line = readFileSync(join(directory, name), "utf8").trim();
    return Number((JSON.parse(line) as AuditEvent).target);
  });
  expect(targets).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39]);
});

test("where it cannot be written, that is said once, and work goes on", () => {
  const said: string[] = [];
  const audit = openAudit(join(tempDirectory("audit"), "none", "audit.log"), {
    warn: (message) => said.push(message),
  });
  audit(EVENT);
  audit(EVENT);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain("the audit log cannot be written");
});

test.skipIf(process.getuid?.() !== 0)("what root writes first is for the directory's owner", () => {
  const dir = tempDirectory("audit");
  chownSync(dir, 12_345, 54_321);
  openAudit(join(dir, "audit.log"), { warn: silent })(EVENT);
  expect(statSync(join(dir, "audit.log")).uid).toBe(12_345);
});
