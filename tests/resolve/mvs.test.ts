import { describe, expect, test } from "bun:test";
import { compareBuild } from "semver";
import { selectVersions } from "../../src/resolve/mod.ts";
import type { Release } from "../../src/resolve/mvs.ts";
import { forAll, type Random } from "../support/random.ts";

/** `a/a@1.0.0 > b/b@1.0.0 c/c@2.0.0`, a line a release; `!` before what it is built with. */
function releases(text: string): Map<string, Release[]> {
  const all = new Map<string, Release[]>();
  for (const line of text.trim().split("\n")) {
    const [head = "", tail = ""] = line.trim().split(/\s*>\s*/);
    const [module, version] = split(head);
    const dependencies = tail
      .split(/\s+/)
      .filter(Boolean)
      .map((word) => {
        const [name, least] = split(word.replace("!", ""));
        return {
          module: name,
          version: least,
          ...(word.startsWith("!") && { binary: true as const }),
        };
      });
    all.set(module, [...(all.get(module) ?? []), { version, dependencies }]);
  }
  return all;
}

const split = (text: string): [string, string] => {
  const at = text.indexOf("@");
  return [text.slice(0, at), text.slice(at + 1)];
};

function select(root: string, text: string) {
  const all = releases(text);
  const [module, version] = split(root);
  const release = all.get(module)!.find((each) => each.version === version)!;
  return selectVersions({ module, release }, (name) => all.get(name));
}

const chosen = (root: string, text: string) =>
  select(root, text).modules.map(({ module, release }) => `${module}@${release.version}`);

describe("selects", () => {
  const rows: readonly (readonly [what: string, text: string, chosen: string[]])[] = [
    ["a module alone", "a/a@1.0.0", ["a/a@1.0.0"]],
    [
      "the least version that is asked for, not the newest",
      `a/a@1.0.0 > b/b@1.1.0
       b/b@1.0.0
       b/b@1.1.0
       b/b@1.2.0`,
      ["a/a@1.0.0", "b/b@1.1.0"],
    ],
    [
      "the highest of the least versions",
      `a/a@1.0.0 > b/b@1.0.0 c/c@1.0.0
       b/b@1.0.0 > d/d@1.1.0
       c/c@1.0.0 > d/d@1.3.0
       d/d@1.1.0
       d/d@1.3.0
       d/d@1.4.0`,
      ["a/a@1.0.0", "b/b@1.0.0", "c/c@1.0.0", "d/d@1.3.0"],
    ],
    [
      "the next there is, when the least is not there",
      `a/a@1.0.0 > b/b@1.0.0
       b/b@0.9.0
       b/b@1.0.1
       b/b@1.1.0`,
      ["a/a@1.0.0", "b/b@1.0.1"],
    ],
    [
      "0.x and 1.x as one",
      `a/a@1.0.0 > b/b@0.3.0 c/c@1.0.0
       c/c@1.0.0 > b/b@1.2.0
       b/b@0.3.0
       b/b@1.2.0`,
      ["a/a@1.0.0", "b/b@1.2.0", "c/c@1.0.0"],
    ],
    [
      "one of each major version from 2 on",
      `a/a@1.0.0 > b/b@1.0.0 c/c@1.0.0
       c/c@1.0.0 > b/b@2.1.0 d/d@1.0.0
       d/d@1.0.0 > b/b@2.0.0
       b/b@1.0.0
       b/b@2.0.0
       b/b@2.1.0
       b/b@3.0.0`,
      ["a/a@1.0.0", "b/b@1.0.0", "b/b@2.1.0", "c/c@1.0.0", "d/d@1.0.0"],
    ],
    [
      "what a version that is not taken asked for, but only if something needs it",
      `a/a@1.0.0 > b/b@1.0.0 c/c@1.0.0
       b/b@1.0.0 > d/d@1.5.0 e/e@1.0.0
       b/b@1.1.0 > d/d@1.0.0
       c/c@1.0.0 > b/b@1.1.0
       d/d@1.0.0
       d/d@1.5.0
       e/e@1.0.0`,
      ["a/a@1.0.0", "b/b@1.1.0", "c/c@1.0.0", "d/d@1.5.0"],
    ],
    [
      "pre-releases as they are asked for",
      `a/a@1.0.0 > b/b@0.2.0-alpha-1
       b/b@0.2.0-alpha-1
       b/b@0.2.0`,
      ["a/a@1.0.0", "b/b@0.2.0-alpha-1"],
    ],
    [
      "builds in their order",
      `a/a@1.0.0 > b/b@0.1.2+3
       b/b@0.1.2
       b/b@0.1.2+20
       b/b@0.1.2+3`,
      ["a/a@1.0.0", "b/b@0.1.2+3"],
    ],
    [
      "around a cycle, and the root stays what it is",
      `a/a@1.0.0 > b/b@1.0.0
       a/a@1.5.0
       b/b@1.0.0 > a/a@1.5.0 c/c@1.0.0
       c/c@1.0.0 > b/b@1.0.0`,
      ["a/a@1.0.0", "b/b@1.0.0", "c/c@1.0.0"],
    ],
    [
      "what the root is built with, and not what others are built with",
      `a/a@1.0.0 > !b/b@1.0.0 c/c@1.0.0
       b/b@1.0.0
       c/c@1.0.0 > !d/d@1.0.0
       d/d@1.0.0`,
      ["a/a@1.0.0", "b/b@1.0.0", "c/c@1.0.0"],
    ],
    [
      "a version that clients can read: others they pass over",
      `a/a@1.0.0 > b/b@1.0.0
       b/b@1.0.0 > c/c@^1.0.0
       b/b@1.0.1
       c/c@1.0.0`,
      ["a/a@1.0.0", "b/b@1.0.1"],
    ],
  ];
  for (const [what, text, expected] of rows) {
    test(what, () => expect(chosen("a/a@1.0.0", text)).toEqual(expected));
  }
});

test("each edge says what was asked for and what was taken", () => {
  const { modules } = select(
    "a/a@1.0.0",
    `a/a@1.0.0 > c/c@1.0.0 b/b@1.0.0
     b/b@1.0.0 > c/c@1.2.0
     c/c@1.0.0
     c/c@1.2.0`,
  );
  expect(modules[0]!.dependencies).toEqual([
    { module: "b/b", requires: "1.0.0", version: "1.0.0" },
    { module: "c/c", requires: "1.0.0", version: "1.2.0" },
  ]);
});

describe("tells what is not there:", () => {
  const rows: readonly (readonly [wish: string, reason: string])[] = [
    ["no/such@1.0.0", "no-module"],
    ["b/b@9.0.0", "no-version"],
    ["b/b@3.0.0", "no-version"],
    ["b/b@^1.0.0", "not-a-version"],
    ["b/b@*", "not-a-version"],
  ];
  for (const [wish, reason] of rows) {
    test(wish, () => {
      const { unmet, modules } = select("a/a@1.0.0", `a/a@1.0.0 > ${wish}\n b/b@1.0.0\n b/b@2.5.0`);
      const [module, version] = split(wish);
      expect(unmet).toMatchObject([{ module, version, neededBy: "a/a@1.0.0", reason }]);
      expect(modules[0]!.dependencies).toMatchObject([{ module, version: undefined }]);
    });
  }
});

/** Random worlds of five modules; a release may need anything, itself included. */
function world(random: Random) {
  const names = ["a/a", "b/b", "c/c", "d/d", "e/e"];
  const version = () => `${random.int(4)}.${random.int(3)}.0`;
  const all = new Map<string, Release[]>();
  for (const name of names) {
    const versions = new Set(["1.0.0", ...Array.from({ length: random.int(6) }, version)]);
    all.set(
      name,
      [...versions].map((each) => ({
        version: each,
        dependencies: names
          .filter(() => random.chance(0.3))
          .map((module) => ({ module, version: random.pick(["0.0.0", "1.0.0", version()]) })),
      })),
    );
  }
  return all;
}

test("what is selected is enough, is asked for, and does not depend on the order of the lists", () => {
  forAll(1_000, (random) => {
    const all = world(random);
    const root = {
      module: "a/a",
      release: all.get("a/a")!.find(({ version }) => version === "1.0.0")!,
    };
    const { modules, unmet } = selectVersions(root, (name) => all.get(name));
    const taken = new Set(modules.map(({ module, release }) => `${module}@${release.version}`));
    const asked = new Set<string>();
    for (const { dependencies } of modules) {
      for (const { module, requires, version } of dependencies) {
        if (version === undefined) {
          expect(unmet.some((each) => each.module === module)).toBe(true);
          continue;
        }
        asked.add(`${module}@${version}`);
        expect(taken).toContain(`${module}@${version}`);
        if (module !== "a/a") expect(compareBuild(version, requires)).toBeGreaterThanOrEqual(0);
      }
    }
    for (const { module, release } of modules.slice(1)) {
      expect(asked).toContain(`${module}@${release.version}`);
    }
    const turned = selectVersions(root, (name) => [...(all.get(name) ?? [])].reverse());
    expect(turned.modules.map(({ module, release }) => [module, release.version])).toEqual(
      modules.map(({ module, release }) => [module, release.version]),
    );
  });
});
