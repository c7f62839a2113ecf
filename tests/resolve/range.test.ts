/** The rules of version ranges, one table each. `docs/versions.md` tells them to people. */
import { describe, expect, test } from "bun:test";
import { Failure } from "../../src/errors.ts";
import { latestVersion, newestFirst, parseRange, selectVersion } from "../../src/resolve/mod.ts";

/** A version with a `!` behind it was yanked. */
function select(range: string, versions: readonly string[]): string | undefined {
  return selectVersion(parseRange(range), candidates(versions))?.version;
}

const candidates = (versions: readonly string[]) =>
  versions.map((text) => ({ version: text.replace("!", ""), yanked: text.endsWith("!") }));

function failureOf(range: string): Failure {
  try {
    parseRange(range);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(range)} was taken`);
}

const RELEASES = [
  "0.0.1",
  "0.1.0",
  "0.1.2",
  "0.5.0",
  "1.0.0",
  "1.1.2",
  "1.2.0",
  "1.2.1",
  "1.2.3-beta.1",
  "1.2.3",
  "1.5.0",
  "2.0.0",
  "2.0.5",
  "2.1.0",
];

type Row = readonly [range: string, chosen: string | undefined];

describe("of releases, the highest match of", () => {
  const rows: readonly Row[] = [
    // Exact.
    ["1.2.3", "1.2.3"],
    ["=1.2.3", "1.2.3"],
    ["= 1.2.3", "1.2.3"],
    ["9.9.9", undefined],
    // Caret: the left-most number that is not 0 stands.
    ["^1.2.0", "1.5.0"],
    ["^2.0.0", "2.1.0"],
    ["^0.1.0", "0.1.2"],
    ["^0.1.1", "0.1.2"],
    ["^0.0.1", "0.0.1"],
    ["^0.0.0", undefined],
    ["^1.2", "1.5.0"],
    ["^0.1", "0.1.2"],
    ["^0.0", "0.0.1"],
    ["^0", "0.5.0"],
    ["^1", "1.5.0"],
    ["^3.0.0", undefined],
    // Tilde.
    ["~1.2.0", "1.2.3"],
    ["~1.2.1", "1.2.3"],
    ["~1.2", "1.2.3"],
    ["~1", "1.5.0"],
    ["~0", "0.5.0"],
    ["~0.1.0", "0.1.2"],
    ["~0.0.1", "0.0.1"],
    ["~1.0.0", "1.0.0"],
    ["~1.3", undefined],
    // Wildcards.
    ["*", "2.1.0"],
    ["x", "2.1.0"],
    ["X", "2.1.0"],
    ["*.*.*", "2.1.0"],
    ["x.x", "2.1.0"],
    ["1.x", "1.5.0"],
    ["1.*", "1.5.0"],
    ["1.X.x", "1.5.0"],
    ["1.2.x", "1.2.3"],
    ["1.2.*", "1.2.3"],
    ["=1.2.x", "1.2.3"],
    ["0.0.x", "0.0.1"],
    ["3.x", undefined],
    ["x.1.x", "2.1.0"],
    ["x.1.0", "2.1.0"],
    ["1.x.2", "1.1.2"],
    ["1.x.9", undefined],
    // Comparisons.
    [">1.0.0", "2.1.0"],
    ["> 1.0.0", "2.1.0"],
    [">=3.0.0", undefined],
    ["<=1.2.0", "1.2.0"],
    ["<1.2.0", "1.1.2"],
    [">=1.0.0 <2.0.0", "1.5.0"],
    [">=1.2.0 <=1.5.0", "1.5.0"],
    [">=2.0.0 <2.1.0", "2.0.5"],
    [">= 2.0.0  < 2.1.0", "2.0.5"],
    [">=1.0.0 !=2.1.0", "2.0.5"],
    [">=1.0.0 !=2.1.0 !=2.0.5", "2.0.0"],
    [">1.0.0 != 2.1.0", "2.0.5"],
    ["!=2.1.0", "2.0.5"],
    [">2.0.0 <1.0.0", undefined],
    // One with another.
    ["^1.2.0 !=1.5.0", "1.2.3"],
    ["1.x <1.5.0", "1.2.3"],
    ["~1 ~1.2", "1.2.3"],
    ["1.2.3 1.5.0", undefined],
    ["  ^1.2.0\t", "1.5.0"],
  ];
  for (const [range, chosen] of rows) {
    test(`${range} is ${chosen ?? "nothing"}`, () => expect(select(range, RELEASES)).toBe(chosen));
  }
});

describe("pre-releases", () => {
  const rows: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
    ["are not for a caret", "^1.2.0", ["1.2.0", "1.3.0-beta.1"], "1.2.0"],
    ["are not for a wildcard", "*", ["1.0.0", "2.0.0-rc.1"], "1.0.0"],
    ["are not for a wildcard, even alone", "*", ["2.0.0-rc.1"], undefined],
    ["are not for a comparison", ">=1.0.0", ["2.0.0-rc.1"], undefined],
    ["are not opened by an exclusion", ">=1.0.0 !=2.0.0-rc.1", ["1.0.0", "2.0.0-rc.2"], "1.0.0"],
    ["can be pinned", "2.0.0-rc.1", ["1.0.0", "2.0.0-rc.1", "2.0.0-rc.2"], "2.0.0-rc.1"],
    ["of the same base match", ">=2.1.1-alpha.1", ["2.1.1-alpha.2", "2.1.1-beta"], "2.1.1-beta"],
    ["below the one asked for do not", ">=2.1.1-beta", ["2.1.1-alpha"], undefined],
    [
      "of another base do not",
      ">=2.1.1-alpha.1",
      ["2.1.1-alpha.2", "2.1.2-alpha.1"],
      "2.1.1-alpha.2",
    ],
    [
      "of another base do once that is released",
      ">=2.1.1-alpha.1 !=2.1.2",
      ["2.1.1-alpha.2", "2.1.2-alpha.1", "2.1.2"],
      "2.1.2-alpha.1",
    ],
    [
      "of another base stay out when its release was yanked",
      ">=2.1.1-alpha.1",
      ["2.1.1-alpha.2", "2.1.2-alpha.1", "2.1.2!"],
      "2.1.1-alpha.2",
    ],
    ["give way to the release", "^1.3.0-beta", ["1.3.0-beta", "1.3.0-rc", "1.3.0"], "1.3.0"],
    ["give way to later releases", "^1.3.0-beta", ["1.3.0-beta", "1.4.0"], "1.4.0"],
    ["stand for a caret", "^1.3.0-beta", ["1.3.0-beta.2", "1.2.0"], "1.3.0-beta.2"],
    ["stand for a tilde", "~1.3.0-beta", ["1.3.0-beta.2", "1.3.1-beta"], "1.3.0-beta.2"],
    [
      "of what ends a caret are never in it",
      "^1.3.0-beta",
      ["1.3.0", "2.0.0-alpha", "2.0.0"],
      "1.3.0",
    ],
    [
      "of an open end are not below it",
      ">=1.0.0-alpha <2.0.0",
      ["1.0.0", "2.0.0-rc.1", "2.0.0"],
      "1.0.0",
    ],
    [
      "of an open end are below it when one was named",
      ">=2.0.0-alpha <2.0.0",
      ["2.0.0-rc.1", "2.0.0"],
      "2.0.0-rc.1",
    ],
    [
      "below an end that is one",
      "<2.0.0-rc.1",
      ["1.0.0", "2.0.0-beta", "2.0.0-rc.1"],
      "2.0.0-beta",
    ],
    ["compare by number", ">=1.0.0-a.2", ["1.0.0-a.9", "1.0.0-a.10"], "1.0.0-a.10"],
    ["that were yanked stay out", ">=1.0.0-a.1", ["1.0.0-a.1", "1.0.0-a.2!"], "1.0.0-a.1"],
  ];
  for (const [what, range, versions, chosen] of rows) {
    test(`${what}: ${range} of ${versions.join(" ")}`, () =>
      expect(select(range, versions)).toBe(chosen));
  }
});

describe("yanked versions", () => {
  const rows: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
    ["are not for a caret", "^1.0.0", ["1.0.0", "1.1.0!"], "1.0.0"],
    ["are not for a caret, even on its boundary", "^1.0.0", ["1.0.0!"], undefined],
    ["are not for a tilde, even on its boundary", "~1.0.0", ["1.0.0!"], undefined],
    ["are not for a wildcard", "1.x", ["1.0.0!"], undefined],
    ["are not for a star", "*", ["1.0.0!"], undefined],
    ["are not for a comparison", ">=1.0.0", ["1.0.0", "1.1.0!"], "1.0.0"],
    ["are for an exact pin", "1.0.0", ["1.0.0!", "1.0.1"], "1.0.0"],
    ["are for an exact pin with =", "=1.0.0", ["1.0.0!", "1.0.1"], "1.0.0"],
    ["are for a pin of a pre-release", "=1.0.0-rc.1", ["1.0.0-rc.1!"], "1.0.0-rc.1"],
    ["are for a boundary from below", ">=1.0.0", ["1.0.0!"], "1.0.0"],
    ["are for a boundary from above", "<=1.0.0", ["1.0.0!"], "1.0.0"],
    ["are for a boundary among others", ">=1.0.0 <2.0.0 !=1.5.0", ["1.0.0!"], "1.0.0"],
    [
      "are for a boundary that others miss",
      ">=1.0.0 <2.0.0",
      ["0.9.0", "1.0.0!", "2.0.0"],
      "1.0.0",
    ],
    ["are not when another stands", ">=1.0.0", ["1.0.0!", "1.0.1"], "1.0.1"],
    ["are not when another was yanked too", ">=1.0.0", ["1.0.0!", "1.0.1!"], undefined],
    ["are not off the boundary", ">=1.0.0", ["1.0.1!"], undefined],
    ["are not on a boundary that excludes", ">1.0.0", ["1.0.0!"], undefined],
    ["are not when excluded", ">=1.0.0 !=1.0.0", ["1.0.0!"], undefined],
    ["are not for a boundary with a caret", ">=1.0.0 ^1.0.0", ["1.0.0!"], undefined],
  ];
  for (const [what, range, versions, chosen] of rows) {
    test(`${what}: ${range} of ${versions.join(" ")}`, () =>
      expect(select(range, versions)).toBe(chosen));
  }
});

describe("build metadata", () => {
  const BUILDS = ["0.1.2", "0.1.2+3", "0.1.2+20", "0.1.1"];
  const rows: readonly (readonly [string, string, readonly string[], string | undefined])[] = [
    ["is pinned to the letter", "0.1.2+3", BUILDS, "0.1.2+3"],
    ["that is not there is not made up", "0.1.2+4", BUILDS, undefined],
    ["left out means the version without", "0.1.2", BUILDS, "0.1.2"],
    ["left out takes what there is", "0.1.2", ["0.1.2+3", "0.1.2+20"], "0.1.2+20"],
    ["that was yanked is passed by", "0.1.2", ["0.1.2+3", "0.1.2+20!"], "0.1.2+3"],
    ["is pinned although yanked", "0.1.2+20", ["0.1.2+3", "0.1.2+20!"], "0.1.2+20"],
    ["decides between equals", "^0.1.0", BUILDS, "0.1.2+20"],
    ["of a range says nothing", ">=0.1.2+999", BUILDS, "0.1.2+20"],
    ["of a strict bound says nothing", ">0.1.2+1", BUILDS, undefined],
    ["is excluded with its version", "!=0.1.2", BUILDS, "0.1.1"],
    ["is excluded alone when named", "!=0.1.2+20", BUILDS, "0.1.2+3"],
  ];
  for (const [what, range, versions, chosen] of rows) {
    test(`${what}: ${range} of ${versions.join(" ")}`, () =>
      expect(select(range, versions)).toBe(chosen));
  }
});

describe("is refused with what to write:", () => {
  const rows: readonly (readonly [range: string, message: string, hint: string])[] = [
    ["", "it is empty", "`*`"],
    ["  ", "it is empty", "`*`"],
    ["v1.2.3", "no v in front", "write `1.2.3`"],
    ["^V1.2.0", "no v in front", "write `^1.2.0`"],
    ["v1.x", "no v in front", "write `1.x`"],
    ["1.0", "1.0 is no whole version", "write `1.0.0` or `1.0.x`"],
    ["1", "1 is no whole version", "write `1.0.0` or `1.x`"],
    ["=1.0", "1.0 is no whole version", "write `1.0.0` or `1.0.x`"],
    [">=1.0", "1.0 is no whole version", "write `>=1.0.0`"],
    ["latest", "tags are not known", "`*`"],
    ["invalid-version", "no semantic version", "ranges look like"],
    ["1.0.0.0", "more than three numbers", "ranges look like"],
    ["1.2.3.x", "no semantic version", "ranges look like"],
    ["1.0.0-", "no semantic version", "ranges look like"],
    ["1.0.0+", "no semantic version", "ranges look like"],
    ["1.2.3-alpha..1", "no semantic version", "ranges look like"],
    ["1.2.3+build..1", "no semantic version", "ranges look like"],
    ["1.0.0-alpha_beta", "no semantic version", "ranges look like"],
    ["1.2.3-01", "no semantic version", "ranges look like"],
    ["01.2.3", "no 0 in front", "write `1.2.3`"],
    ["1.0.0 - 2.0.0", "hyphen ranges are not known", "write `>=1.0.0 <=2.0.0`"],
    ["^1.0.0 || ^2.0.0", "alternatives are not known", "one range"],
    [">=1.0.0, <2.0.0", "joined by spaces", "write `>=1.0.0 <2.0.0`"],
    ["1.0.0 <", "no version follows <", "ranges look like"],
    ["> 1.0.0 <", "no version follows <", "ranges look like"],
    ["==1.0.0", "no operator ==", "write `=1.0.0`"],
    ["=>1.0.0", "no operator =>", "write `>=1.0.0`"],
    ["~>1.0.0", "no operator ~>", "write `~1.0.0`"],
    ["<>1.0.0", "no operator <>", "write `!=1.0.0`"],
    ["><1.0.0", "no operator ><", "ranges look like"],
    ["^1.x", "^ takes a version without a wildcard", "ranges look like"],
    [">=1.x", ">= takes a version without a wildcard", "ranges look like"],
    ["x.1", "a number follows a wildcard", "write `x.1.x`"],
    ["^9007199254740991.0.0", "too large", "ranges look like"],
    ["99999999999999999999.0.0", "no semantic version", "ranges look like"],
    ["9007199254740992.x", "too large", "ranges look like"],
    ["1.0.0; rm", "no semantic version", "ranges look like"],
    ["１.0.0", "no semantic version", "ranges look like"],
    ["1.0.0\u202e", "no semantic version", "ranges look like"],
    ["../1.0.0", "no semantic version", "ranges look like"],
  ];
  for (const [range, message, hint] of rows) {
    test(JSON.stringify(range), () => {
      const failure = failureOf(range);
      expect(failure.code).toBe("invalid");
      expect(failure.message).toContain(message);
      expect(failure.hint).toContain(hint);
    });
  }

  test("what is too long, without repeating it all", () => {
    const failure = failureOf(`>=1.0.0 ${"!=1.2.3 ".repeat(100)}`);
    expect(failure.message.length).toBeLessThan(120);
    expect(failure.message).toContain("longer than 256");
  });
});

test("no range takes longer than its length allows", () => {
  const before = performance.now();
  for (const text of [
    "<".repeat(256),
    "1.".repeat(128),
    "x.".repeat(128),
    `1.0.0-${"a.".repeat(120)}`,
  ]) {
    expect(failureOf(text).code).toBe("invalid");
  }
  expect(performance.now() - before).toBeLessThan(100);
});

test("versions that are none are passed over", () => {
  expect(select("*", ["latest", "1.0", "", "1.0.0"])).toBe("1.0.0");
  expect(select("*", [])).toBeUndefined();
});

test("the latest is the newest release that stands, else the newest pre-release", () => {
  const latest = (...versions: string[]) => latestVersion(candidates(versions))?.version;
  expect(latest("1.0.0", "1.10.0", "1.9.0")).toBe("1.10.0");
  expect(latest("1.0.0", "2.0.0-rc.1")).toBe("1.0.0");
  expect(latest("1.0.0", "1.1.0!")).toBe("1.0.0");
  expect(latest("2.0.0-rc.1", "2.0.0-rc.2", "1.0.0!")).toBe("2.0.0-rc.2");
  expect(latest("0.1.2", "0.1.2+3")).toBe("0.1.2+3");
  expect(latest("1.0.0!")).toBeUndefined();
  expect(latest()).toBeUndefined();
});

test("versions sort newest first", () => {
  const sorted = candidates(["1.0.0-rc", "1.0.0", "0.9.0", "1.0.0+1"]).sort(newestFirst);
  expect(sorted.map(({ version }) => version)).toEqual(["1.0.0+1", "1.0.0", "1.0.0-rc", "0.9.0"]);
});
