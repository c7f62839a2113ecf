/** What of the sources is passed on. */
import { describe, expect, test } from "bun:test";
import type { CatalogModule, Entry } from "../../../src/index/mod.ts";
import { PUBLISHED_ORIGIN } from "../../../src/registry/paths.ts";
import {
  applyPolicy,
  countHeld,
  createPolicy,
  heldFailure,
} from "../../../src/registry/views/policy.ts";
import { forAll } from "../../support/random.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-03-01T00:00:00Z");

const entry = (module: string, version: string, createdAt?: number): Entry => ({
  module,
  version,
  checksum: "0".repeat(64),
  createdAt,
  dependencies: [],
  yanked: undefined,
});

const moduleOf = (entries: readonly Entry[]): CatalogModule => ({
  origin: "up",
  blob: "0".repeat(40),
  bad: [],
  edited: false,
  lines: entries.map((each) => ({ entry: each, bytes: Buffer.from(each.version) })),
});

const names = (module: CatalogModule | undefined) =>
  (module?.lines ?? []).map(({ entry }) => `${entry.module}@${entry.version}`);

const policy = (settings: Partial<Parameters<typeof createPolicy>[0]>) =>
  createPolicy({ minAge: 0, allow: [], block: [], ...settings });

describe("a block", () => {
  test.each([
    ["owner/*", "owner/name", "1.0.0", true],
    ["owner/*", "owner/name/part", "1.0.0", true],
    ["owner/*", "owners/name", "1.0.0", false],
    ["owner/name", "owner/name", "1.0.0", true],
    ["owner/name", "owner/name/part", "1.0.0", false],
    ["owner/name@1.2.3", "owner/name", "1.2.3", true],
    ["owner/name@1.2.3", "owner/name", "1.2.30", false],
    ["owner/name@1.*", "owner/name", "1.9.0-rc.1+5", true],
    ["owner/name@1.*", "owner/name", "2.1.0", false],
    ["{a,b}/*", "b/c", "1.0.0", true],
    ["CAIMEOX/原来*", "CAIMEOX/原来可以发中文包", "1.0.0", true],
  ])("of %p: %s@%s", (pattern, module, version, is) => {
    expect(policy({ block: [pattern] }).blocked(module, version) !== undefined).toBe(is);
  });

  test("names its pattern", () => {
    expect(policy({ block: ["x/y", "owner/*"] }).blocked("owner/a", "1.0.0")).toEqual({
      reason: "blocked",
      pattern: "owner/*",
    });
  });
});

describe("the least age", () => {
  const young = entry("a/b", "1.1.0", NOW - DAY);

  test("holds back what is younger, until it is old enough", () => {
    const { young: judge } = policy({ minAge: 3 * DAY });
    expect(judge(young, NOW)).toEqual({ reason: "young", until: NOW + 2 * DAY });
    expect(judge(young, NOW + 2 * DAY - 1)).toBeDefined();
    expect(judge(young, NOW + 2 * DAY)).toBeUndefined();
  });

  test("lets through what has no date, and what is allowed", () => {
    expect(policy({ minAge: DAY }).young(entry("a/b", "1.0.0"), NOW)).toBeUndefined();
    const allowing = (pattern: string) => policy({ minAge: 3 * DAY, allow: [pattern] });
    expect(allowing("a/*").young(young, NOW)).toBeUndefined();
    expect(allowing("a/b@1.1.0").young(young, NOW)).toBeUndefined();
    expect(allowing("a/b@1.0.0").young(young, NOW)).toBeDefined();
  });

  test("never takes back what was listed", () => {
    const { kept, held } = applyPolicy(
      moduleOf([young, entry("a/b", "1.2.0", NOW)]),
      policy({ minAge: 3 * DAY }),
      NOW,
      ({ version }) => version === "1.1.0",
    );
    expect(names(kept)).toEqual(["a/b@1.1.0"]);
    expect(kept).toMatchObject({ origin: "up", edited: true });
    expect(countHeld(held)).toEqual({ blocked: 0, young: 1 });
  });

  test("is for strangers: who publishes here may be blocked, and needs no age", () => {
    const published = { ...moduleOf([young]), origin: PUBLISHED_ORIGIN };
    const judged = (settings: Parameters<typeof policy>[0]) =>
      countHeld(applyPolicy(published, policy(settings), NOW, () => false).held);
    expect(judged({ minAge: 3 * DAY })).toEqual({ blocked: 0, young: 0 });
    expect(judged({ minAge: 3 * DAY, block: ["a/*"] })).toEqual({ blocked: 1, young: 0 });
  });

  test("does not save what is blocked", () => {
    const settings = { minAge: DAY, allow: ["a/*"], block: ["a/b@1.1.0"] };
    const { held } = applyPolicy(moduleOf([young]), policy(settings), NOW, () => true);
    expect(countHeld(held)).toEqual({ blocked: 1, young: 0 });
  });
});

test("each version is either passed on or held back, and none of a module that is gone", () => {
  forAll(200, (random) => {
    const name = random.pick(["a/b", "a/c", "b/c", "b/c/d"]);
    const entries = Array.from({ length: 1 + random.int(6) }, (_, at) =>
      entry(name, `1.${at}.0`, NOW - random.int(6) * DAY),
    );
    const settings = {
      minAge: random.int(5) * DAY,
      allow: random.chance(0.5) ? [random.pick(["a/*", "b/c", "a/b@1.3.0"])] : [],
      block: random.chance(0.5) ? [random.pick(["b/*", "a/b", "a/c@1.*"])] : [],
    };
    const before = moduleOf(entries);
    const listed = new Set(entries.filter(() => random.chance(0.2)));
    const { kept, held } = applyPolicy(before, policy(settings), NOW, (each) => listed.has(each));
    const heldNames = held.map(({ module, version }) => `${module}@${version}`);
    expect([...names(kept), ...heldNames].sort()).toEqual(names(before).sort());
    expect(kept === undefined).toBe(held.length === entries.length);
    expect(kept?.edited ?? true).toBe(held.length > 0);
    for (const { module, version, hold } of held) {
      const each = entries.find((one) => one.module === module && one.version === version)!;
      expect(hold.reason === "young" && listed.has(each)).toBe(false);
    }
  });
});

test("a policy is open when it holds nothing back", () => {
  const isOpen = (settings: Parameters<typeof policy>[0]) => policy(settings).isOpen;
  expect([isOpen({}), isOpen({ allow: ["a/*"] })]).toEqual([true, true]);
  expect([isOpen({ minAge: 1 }), isOpen({ block: ["a/*"] })]).toEqual([false, false]);
});

test("who asks for what is held back is told by what, and until when", () => {
  expect(heldFailure("a/b", "1.0.0", { reason: "blocked", pattern: "a/*" })).toMatchObject({
    code: "forbidden",
    message: 'a/b@1.0.0 is blocked here, by policy.block "a/*"',
  });
  expect(heldFailure("a/b", "1.0.0", { reason: "young", until: NOW })).toMatchObject({
    code: "forbidden",
    message: "a/b@1.0.0 is held back until 2026-03-01T00:00:00.000Z, by policy.min_age",
    hint: expect.stringContaining("policy.allow"),
  });
});
