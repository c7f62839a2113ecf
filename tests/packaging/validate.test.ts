import { describe, expect, test } from "bun:test";
import {
  type KnownModules,
  type Manifest,
  parseManifest,
  validateAgainst,
  validateContents,
} from "../../src/packaging/mod.ts";
import { nameProblem, twinOf } from "../../src/packaging/name.ts";
import { problemText } from "../../src/packaging/problem.ts";
import { realIndexBundle } from "../support/git.ts";
import { realEntries } from "../support/real-index.ts";

const FILES = [
  { path: "moon.mod.json", size: 10 },
  { path: "README.md", size: 10 },
  { path: "LICENSE", size: 10 },
];
const GOOD = { name: "alice/json", version: "1.0.0", license: "MIT" };

function manifest(fields: object): Promise<Manifest> {
  return parseManifest("moon.mod.json", Buffer.from(JSON.stringify({ ...GOOD, ...fields })));
}

async function problems(fields: object, files = FILES): Promise<string[]> {
  const verdict = validateContents({ manifest: await manifest(fields), files });
  return verdict.problems.map(problemText);
}

const known = (modules: Record<string, string[]>): KnownModules => ({
  names: () => Object.keys(modules),
  versions: (module) => modules[module],
});

test("a good module has neither problems nor warnings", async () => {
  expect(validateContents({ manifest: await manifest({}), files: FILES })).toEqual({
    problems: [],
    warnings: [],
  });
});

describe("a name is refused", () => {
  const names: [string, string][] = [
    ["x", 'name "x" has no owner'],
    ["../x", 'name "../x" has a part ".."'],
    ["a/../b", 'name "a/../b" has a part ".."'],
    ["a/.", 'name "a/." has a part "."'],
    ["a//b", 'name "a//b" has an empty part'],
    ["/a/b", 'name "/a/b" has an empty part'],
    ["a/b/", 'name "a/b/" has an empty part'],
    ["CON/x", 'name "CON/x" cannot be everywhere: CON is a device on Windows'],
    ["a/aux.mbt", 'name "a/aux.mbt" cannot be everywhere: aux.mbt is a device on Windows'],
    ["a/com¹", 'name "a/com¹" has a character'],
    ["a/LPT9", "is a device on Windows"],
    [`a/${"b".repeat(300)}`, "name is longer than 200 bytes"],
    ["a/b\nc", 'has the character "\\u{a}"'],
    ["a/b\u0000", 'has the character "\\u{0}"'],
    ["a/\u202eb", 'has the character "\\u{202e}"'],
    ["a/b\u200dc", 'has the character "\\u{200d}"'],
    ["a/b c", 'has the character " "'],
    ["a/b@1", 'has the character "@"'],
    ["a/b%2f", 'has the character "%"'],
    ["a\\b/c", 'has the character "\\"'],
    ["a/b:c", 'has the character ":"'],
    ["a/.git", 'has a part that begins with "."'],
    ["a/-rf", 'has a part that begins with "-"'],
    ["a/b.", "ends with a dot or a space"],
    ["a/b.index", "has a part that ends with .index"],
    ["a.INDEX/b", "has a part that ends with .INDEX"],
    ["a/b.git", "has a part that ends with .git"],
    ["a/cafe\u0301", "is not in Unicode's composed form"],
    ["a/\ud800", "has the character"],
  ];
  test.each(names)("%j", async (name, why) => {
    const [first = ""] = await problems({ name });
    expect(first).toContain(why.startsWith('name "a/com¹"') ? "device" : why);
    expect(first).toStartWith("moon.mod.json, line 1: name");
    expect(first).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  test("and allowed in any script, with digits, dots and emoji", () => {
    const names = [
      "a/b",
      "CAIMEOX/原来可以发中文包",
      "x/🐫",
      "mizchi/wit.mbt",
      "a/b/c",
      "0x/_y",
      "a/café",
    ];
    expect(names.map(nameProblem)).toEqual(names.map(() => undefined));
  });
});

describe("a manifest is refused", () => {
  const fields: [object, string][] = [
    [{ name: undefined }, "has no name"],
    [{ name: 3 }, "name is no text"],
    [{ version: undefined }, "has no version"],
    [{ version: "1.0" }, 'version "1.0" is not a semantic version'],
    [{ version: "v1.0.0" }, 'version "v1.0.0" is not a semantic version'],
    [{ version: "1.0.0 " }, 'version "1.0.0 " is not a semantic version'],
    [{ version: "01.0.0" }, 'version "01.0.0" is not a semantic version'],
    [{ version: "1.0.0-01" }, 'version "1.0.0-01" is not a semantic version'],
    [{ version: "99999999999999999999.0.0" }, "is not a semantic version"],
    [{ version: `1.0.0-${"a".repeat(200)}` }, "is not a semantic version"],
    [{ version: "1.0.0/../../x" }, "is not a semantic version"],
    [{ description: 3 }, "description is no text"],
    [{ description: "a\u001b[31m" }, "description has a control or bidirectional character"],
    [{ license: "MIT\nor not" }, "license is more than one line"],
    [{ description: "x".repeat(10_001) }, "description is longer than 10000 characters"],
    [{ keywords: "json" }, "keywords is no list"],
    [{ keywords: ["a", 1] }, "keywords has an item that is no text"],
    [{ keywords: Array(101).fill("a") }, "keywords has more than 100 items"],
    [{ "warn-list": 3 }, "warn-list is no text"],
    [{ "link-flags": "-lm" }, "link-flags is no list"],
    [{ "preferred-target": "lua" }, 'preferred-target "lua" is none'],
    [{ "supported-targets": "nonsense" }, 'supported-targets "nonsense" names no targets'],
    [{ "supported-targets": "" }, "names no targets"],
    [{ "supported-targets": "js native" }, "names no targets"],
    [{ "supported-targets": "wasm-gcx" }, "names no targets"],
    [{ "supported-targets": "js+" }, "names no targets"],
    [{ "supported-targets": ["js", "jx"] }, 'supported-targets ["js","jx"] names no targets'],
    [{ "supported-targets": ["all"] }, "names no targets"],
    [{ "supported-targets": 3 }, "names no targets"],
    [{ rule: { name: 5, command: "x" } }, "rule has no name or command"],
    [{ rule: [{ name: "x" }] }, "rule has no name or command"],
    [{ rule: "x" }, "rule has no name or command"],
    [{ source: "src", "root-dir": "src" }, "root-dir is another word for source"],
    [{ scripts: { prebuild: 3 } }, "scripts is no object of texts"],
    [{ scripts: "make" }, "scripts is no object of texts"],
    [{ source: "../other" }, 'source "../other" leaves the module'],
    [{ source: "/etc" }, 'source "/etc" leaves the module'],
    [{ repository: "javascript:alert(1)" }, 'repository "javascript:alert(1)" is no web address'],
    [{ homepage: " JAVASCRIPT:x" }, "is no web address"],
    [{ deps: ["a/b"] }, "deps is no list of modules"],
    [{ deps: { "a/b": 1 } }, "deps: a/b names no version"],
    [{ deps: { "a/b": {} } }, "deps: a/b names no version"],
    [
      { deps: { "a/b": "^1.0.0" } },
      'deps: a/b has version "^1.0.0", which is not a semantic version',
    ],
    [
      { deps: { "a/b": { path: "../b" } } },
      "deps: a/b is a folder beside the module, which no registry has",
    ],
    [
      { deps: { "a/b": { path: "../b", version: "1.0.0" } } },
      "deps: a/b is a folder beside the module",
    ],
    [
      { "bin-deps": { "a/b": { git: "x" } } },
      "bin-deps: a/b is a Git repository, which no registry has",
    ],
    [{ deps: { "alice/json": "0.1.0" } }, "deps: alice/json is the module itself"],
    [{ deps: { "../x": "0.1.0" } }, "deps: ../x is no module's name"],
  ];
  test.each(fields)("%j", async (field, why) => {
    const all = await problems(field);
    expect(all).toHaveLength(1);
    expect(all[0]).toContain(why);
  });

  test("but not for targets and rules as clients read them", async () => {
    const targets = [
      "js",
      "+all-js",
      " all - js+ wasm-gc ",
      "-wasm-gc",
      "wasm+llvm",
      ["native"],
      [],
    ];
    for (const each of [...targets, null]) {
      expect(await problems({ "supported-targets": each })).toEqual([]);
    }
    const rule = { name: "x", command: "y", more: 1 };
    for (const each of [rule, [rule, rule], [], null]) {
      expect(await problems({ rule: each })).toEqual([]);
    }
  });

  test("with all its problems at once, each with file, line and fix", async () => {
    const text = '{\n  "name": "a//b",\n  "version": "1",\n  "deps": {"x/y": {"path": ".."}}\n}';
    const read = await parseManifest("moon.mod.json", Buffer.from(text));
    const files = [...FILES, { path: "src/con.mbt", size: 1 }];
    const { problems } = validateContents({ manifest: read, files });
    expect(problems.map(({ file, line }) => [file, line])).toEqual([
      ["moon.mod.json", 2],
      ["moon.mod.json", 3],
      ["moon.mod.json", 4],
      ["src/con.mbt", undefined],
    ]);
    for (const { fix } of problems) expect(fix).not.toBe("");
  });
});

describe("files are refused", () => {
  const paths: [string[], string][] = [
    [["src/nul"], "src/nul: cannot be everywhere: nul is a device on Windows"],
    [["a?b"], "a?b: cannot be everywhere: a?b has a character that Windows forbids"],
    [["a "], "a : cannot be everywhere: a  ends with a dot or a space, which Windows drops"],
    [["../x"], '../x: has ".." in its path'],
    [["A", "a"], "a: is the same file as A where case does not count"],
  ];
  test.each(paths)("%j", async (names, why) => {
    const files = [...FILES, ...names.map((path) => ({ path, size: 1 }))];
    expect(await problems({}, files)).toEqual([why]);
  });

  test("when they are too many or too big together", async () => {
    const many = Array.from({ length: 20_001 }, (_, at) => ({ path: `f${at}`, size: 0 }));
    expect(await problems({}, many)).toEqual(["has more than 20000 files"]);
    const big = [{ path: "a", size: 600 * 1024 * 1024 }];
    expect((await problems({}, big))[0]).toStartWith("the files are 629145600 bytes, more than");
  });
});

test("a missing README, license or LICENSE file is a warning only", async () => {
  const read = await manifest({ license: "", readme: "NO.md" });
  const files = [
    { path: "moon.mod.json", size: 1 },
    { path: "moon.mod", size: 1 },
  ];
  const { problems, warnings } = validateContents({ manifest: read, files });
  expect(problems).toEqual([]);
  expect(warnings.map(problemText)).toEqual([
    'moon.mod.json: readme "NO.md" is not among the files',
    "moon.mod.json: has no license",
    "there is no LICENSE file",
    "moon.mod.json: is passed over, as there is a moon.mod",
  ]);
  const bare = validateContents({ manifest: await manifest({}), files: FILES.slice(0, 1) });
  expect(bare.warnings.map(problemText)).toContain("there is no README");
});

describe("against an index", () => {
  const index = known({
    "bob/x": ["0.4.0", "1.2.0", "2.0.0"],
    "bob/pre": ["1.0.0-rc.1"],
    "bob/built": ["0.1.2+1"],
    "Carol/y": ["1.0.0"],
    "straße/z": ["1.0.0"],
  });
  const against = async (fields: object) =>
    validateAgainst(await manifest(fields), index).map(problemText);

  test("a dependency has to be there in a version that clients would take", async () => {
    const met = ["0.1.0", "0.4.0", "1.2.0", "1.0.0", "2.0.0"];
    for (const version of met) expect(await against({ deps: { "bob/x": version } })).toEqual([]);
    for (const version of ["1.3.0", "2.0.1", "3.0.0"]) {
      expect(await against({ deps: { "bob/x": version } })).toEqual([
        `moon.mod.json, line 1: deps: no version of bob/x satisfies ${version}; there is 0.4.0, 1.2.0, 2.0.0`,
      ]);
    }
    expect(await against({ deps: { "bob/pre": "1.0.0" } })).toHaveLength(1);
    // Build metadata counts, as it does for clients.
    expect(await against({ deps: { "bob/built": "0.1.2+3" } })).toHaveLength(1);
    expect(await against({ deps: { "bob/built": "0.1.2" } })).toEqual([]);
    expect(await against({ deps: { "bob/built": "0.1.2+1" } })).toEqual([]);
    expect(await against({ "bin-deps": { "nobody/has": "1.0.0" } })).toEqual([
      "moon.mod.json, line 1: bin-deps: nobody/has is in no source of this registry",
    ]);
  });

  test("a name that differs from another in case or form only is refused", async () => {
    const twins = ["Bob/x", "bob/X", "BOB/new", "carol/y", "carol/new", "STRASSE/z"];
    for (const name of twins) {
      expect((await against({ name }))[0]).toContain(`name "${name}" differs from`);
    }
    for (const name of ["bob/x", "bob/new", "Carol/y", "Carol/new", "dave/x"]) {
      expect(await against({ name })).toEqual([]);
    }
  });
});

describe.skipIf(realIndexBundle === undefined)("every line of the public index", () => {
  test("has a name, a version and fields that may be published", async () => {
    const entries = await realEntries();
    expect(entries.length).toBeGreaterThan(6_000);
    const refused = new Map<string, number>();
    for (const { line } of entries) {
      const { checksum: _, created_at: __, ...fields } = JSON.parse(line);
      const read = await parseManifest("moon.mod.json", Buffer.from(JSON.stringify(fields)));
      for (const { message } of validateContents({ manifest: read, files: FILES }).problems) {
        const kind = message.replace(/^((?:bin-)?deps): \S+/, "$1: …").replace(/"[^"]*"/g, "…");
        refused.set(kind, (refused.get(kind) ?? 0) + 1);
      }
    }
    // Lines from before clients and this registry refused such dependencies.
    expect(Object.fromEntries(refused)).toEqual({
      "deps: … has version …, which is not a semantic version": 8,
      "deps: … is a folder beside the module, which no registry has": 23,
    });
    const seen = new Set<string>();
    const twins = new Map<string, string | undefined>();
    for (const { module } of entries) {
      if (!seen.has(module)) twins.set(module, twinOf(module, seen));
      seen.add(module);
    }
    expect([...twins].filter(([, twin]) => twin !== undefined)).toEqual([
      ["xunyoyo/permutation", "xunyoyo/Permutation"],
    ]);
    // What is there may go on.
    expect(twinOf("xunyoyo/permutation", seen)).toBeUndefined();
  });
});
