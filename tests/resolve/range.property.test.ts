/** Where npm's rules and ours agree, both choose the same. `docs/versions.md` lists where they do not. */
import { expect, test } from "bun:test";
import { maxSatisfying, parse } from "semver";
import { parseRange, selectVersion } from "../../src/resolve/mod.ts";
import { forAll, type Random } from "../support/random.ts";

const standing = (versions: readonly string[]) =>
  versions.map((version) => ({ version, yanked: false }));
const ours = (range: string, versions: readonly string[]) =>
  selectVersion(parseRange(range), standing(versions))?.version ?? null;

/** Few numbers, so that many versions are close together. */
const number = (random: Random) => random.int(4);
const base = (random: Random) => `${number(random)}.${number(random)}.${number(random)}`;
const preRelease = (random: Random) =>
  random.pick(["-alpha", "-alpha.1", "-alpha.2", "-alpha.10", "-beta", "-1", "-0"]);
const version = (random: Random) => base(random) + (random.chance(0.4) ? preRelease(random) : "");

function term(random: Random): string {
  switch (random.int(5)) {
    case 0:
      return random.pick(["", "="]) + version(random);
    case 1:
      return `^${random.chance(0.3) ? shortened(random) : version(random)}`;
    case 2:
      return `~${random.chance(0.3) ? shortened(random) : version(random)}`;
    case 3:
      return random.pick([
        "*",
        "x",
        `${number(random)}.x`,
        `${number(random)}.${number(random)}.*`,
      ]);
    default:
      return random.pick([">", ">=", "<", "<="]) + random.pick(["", " "]) + version(random);
  }
}

const shortened = (random: Random) =>
  random.chance(0.5) ? `${number(random)}` : `${number(random)}.${number(random)}`;

/** npm never opens the pre-releases of a released base, and has no bound at 0.0.0: those are left out here. */
function versions(random: Random): string[] {
  const all = new Set(Array.from({ length: 1 + random.int(20) }, () => version(random)));
  return [...all].filter((each) => {
    const { prerelease, major, minor, patch } = parse(each)!;
    const released = `${major}.${minor}.${patch}`;
    return prerelease.length === 0 || !(released === "0.0.0" || all.has(released));
  });
}

test("npm chooses the same of any versions, where no base of a pre-release was released", () => {
  let chosen = 0;
  forAll(4_000, (random) => {
    const range = Array.from({ length: 1 + random.int(3) }, () => term(random)).join(" ");
    const offered = versions(random);
    const expected = maxSatisfying(offered, range);
    if (expected !== null) chosen++;
    expect({ range, offered, chosen: ours(range, offered) }).toEqual({
      range,
      offered,
      chosen: expected,
    });
  });
  expect(chosen).toBeGreaterThan(500);
});

test("what is chosen is one of those offered, and yanking it never chooses what is higher", () => {
  forAll(2_000, (random) => {
    const range = Array.from({ length: 1 + random.int(2) }, () => term(random)).join(" ");
    const offered = standing(versions(random));
    const first = selectVersion(parseRange(range), offered);
    if (!first) return;
    expect(offered).toContain(first);
    const after = offered.map((each) => (each === first ? { ...each, yanked: true } : each));
    const second = selectVersion(parseRange(range), after);
    if (second) expect(parse(second.version)!.compare(first.version)).toBeLessThanOrEqual(0);
  });
});

test("the order of the versions does not matter", () => {
  forAll(1_000, (random) => {
    const range = term(random);
    const offered = versions(random);
    expect(ours(range, [...offered].reverse())).toBe(ours(range, offered));
  });
});

test("any text is understood or refused, and nothing else", () => {
  const letters = [..."0123456789.xX*^~<>=!-+ av|,\u0000é"];
  forAll(5_000, (random) => {
    const text = Array.from({ length: random.int(14) }, () => random.pick(letters)).join("");
    try {
      parseRange(text);
    } catch (error) {
      expect(error).toMatchObject({ code: "invalid", hint: expect.any(String) });
    }
  });
});

/** The list in `docs/versions.md`. */
test("npm differs where it is said to", () => {
  const npm = (range: string, offered: readonly string[]) => maxSatisfying([...offered], range);
  const offered = ["2.1.1-alpha.2", "2.1.2-alpha.1", "2.1.2"];
  expect(npm(">=2.1.1-alpha.1 <2.1.2", offered)).toBe("2.1.1-alpha.2");
  expect(ours(">=2.1.1-alpha.1 !=2.1.2", offered)).toBe("2.1.2-alpha.1");
  expect(npm("0.x <=0.0.0-beta", ["0.0.0-alpha"])).toBe("0.0.0-alpha");
  expect(ours("0.x <=0.0.0-beta", ["0.0.0-alpha"])).toBeNull();
  expect(npm("!=1.0.0", ["1.0.0", "2.0.0"])).toBeNull();
  expect(npm("1.0.0+2", ["1.0.0+1"])).toBe("1.0.0+1");
  expect(ours("1.0.0+2", ["1.0.0+1"])).toBeNull();
  expect(npm("1.x.2", ["1.1.2", "1.5.0"])).toBeNull();
  expect(ours("1.x.2", ["1.1.2", "1.5.0"])).toBe("1.1.2");
  for (const text of [
    "v1.0.0",
    "1.0",
    "1",
    ">=1.0",
    "^1.x",
    "1.0.0 - 2.0.0",
    "1.0.0 || 2.0.0",
    "",
    "~>1.0.0",
  ]) {
    expect(npm(text, ["1.0.0"])).toBe("1.0.0");
    expect(() => parseRange(text)).toThrow();
  }
});
