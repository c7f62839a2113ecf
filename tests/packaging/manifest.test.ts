import { describe, expect, test } from "bun:test";
import { Failure } from "../../src/errors.ts";
import { type ManifestFile, manifestDependencies } from "../../src/packaging/manifest.ts";
import { type Manifest, parseManifest } from "../../src/packaging/mod.ts";
import { forAll } from "../support/random.ts";

const parse = (file: ManifestFile, text: string): Promise<Manifest> =>
  parseManifest(file, new TextEncoder().encode(text));

async function complaint(file: ManifestFile, text: string): Promise<string> {
  const error = await parse(file, text).catch((error) => error);
  expect(error).toBeInstanceOf(Failure);
  expect(error.code).toBe("invalid");
  expect(error.hint).toBeString();
  return error.message;
}

describe("moon.mod.json", () => {
  test("may have comments and trailing commas", async () => {
    const { fields, lines } = await parse(
      "moon.mod.json",
      '{ // mine\n  "name": "a/b",\n  /* [[[ */ "keywords": ["x", "y",],\n}',
    );
    expect(fields).toEqual({ name: "a/b", keywords: ["x", "y"] });
    expect(lines.get("keywords")).toBe(3);
  });

  test("keeps a field that is named like a part of every object", async () => {
    const { fields } = await parse("moon.mod.json", '{"__proto__": {"x": 1}}');
    expect(Object.keys(fields)).toEqual(["__proto__"]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  const wrong: [string, string][] = [
    ["", "moon.mod.json, line 1: not JSON: value expected"],
    ["[]", "moon.mod.json, line 1: is no JSON object"],
    ['{\n"name": }', "moon.mod.json, line 2: not JSON: value expected"],
    ['{"a": 1,\n"a": 2}', 'moon.mod.json, line 2: "a" is there twice'],
    ['{"deps": {"x/y": "1.0.0",\n"x/y": "2.0.0"}}', 'moon.mod.json, line 2: "x/y" is there twice'],
    ["[".repeat(100_000), "moon.mod.json, line 1: is nested too deep"],
    [" ".repeat(1024 * 1024 + 1), "moon.mod.json, line 1: is more than 1048576 bytes"],
  ];
  test.each(wrong)("is refused with its line: %.30s", async (text, why) => {
    expect(await complaint("moon.mod.json", text)).toBe(why);
  });

  test("is refused with a byte order mark, as clients do", async () => {
    for (const file of ["moon.mod.json", "moon.mod"] as const) {
      const text = file === "moon.mod" ? 'name = "a/b"' : '{"name": "a/b"}';
      const why = `${file}, line 1: begins with a byte order mark, which clients do not read`;
      expect(await complaint(file, `\ufeff${text}`)).toBe(why);
    }
  });

  test("is refused when it is not UTF-8", async () => {
    expect(parseManifest("moon.mod.json", Uint8Array.of(0x7b, 0xff))).rejects.toThrow("not UTF-8");
  });
});

describe("moon.mod", () => {
  test("becomes the fields of moon.mod.json", async () => {
    const { fields, lines } = await parse(
      "moon.mod",
      `// a module
name = "demo/app";
version = "0.1.0"

import {
  "moonbitlang/x@0.4.38",
  "a/b@1.0.0-rc.1",
}
warnings = "-unused"
preferred_target = "wasm-gc"
supported_targets = "js"
rule(name: "one", command: "x")
rule(name: "two", command: "y",)
options(
  source: "src", "warn-list": "+7", n: -3, yes: true, list: [1, "\\u0041\\n", { "k": false, }],
  deps: { "old/dep": "2.0.0" },
)
`,
    );
    expect(fields).toEqual({
      name: "demo/app",
      version: "0.1.0",
      "warn-list": "-unused+7",
      "preferred-target": "wasm-gc",
      "supported-targets": "js",
      rule: [
        { name: "one", command: "x" },
        { name: "two", command: "y" },
      ],
      source: "src",
      n: -3,
      yes: true,
      list: [1, "A\n", { k: false }],
      deps: { "old/dep": "2.0.0", "moonbitlang/x": "0.4.38", "a/b": "1.0.0-rc.1" },
    });
    expect(lines.get("version")).toBe(3);
  });

  const wrong: [string, string][] = [
    ['name = "a/b"\nversion "1"', 'moon.mod, line 2: "=" or "(" is expected, not "1"'],
    ['name = "a', "moon.mod, line 1: a text has no end"],
    ["name = # x", 'moon.mod, line 1: "#" is not expected here'],
    ["\nauthor = 1", 'moon.mod, line 2: moon.mod has no key "author"'],
    ['name = "a"\nname = "b"', 'moon.mod, line 2: "name" is there twice'],
    ['name = "a"\noptions(name: "b")', 'moon.mod, line 2: "name" is there twice'],
    ["options(a: 1,\na: 2)", 'moon.mod, line 2: "a" is there twice'],
    ['import { "x/y" }', 'moon.mod, line 1: "x/y" names no version'],
    ['import { "@1.0.0" }', 'moon.mod, line 1: "@1.0.0" names no version'],
    ['import { "x/y@1.0.0" as @z }', "moon.mod, line 1: an import of moon.mod has no alias"],
    [
      'import { "x/y@1.0.0" } for "test"',
      'moon.mod, line 1: moon.mod knows no import "for" a part',
    ],
    ['name = "\\q"', "moon.mod, line 1: \\q is no escape"],
    ['name = "\\ud800"', "moon.mod, line 1: \\ud800 is no escape"],
    ["options(n: 99999999999)", "moon.mod, line 1: 99999999999 is too big a number"],
    [`name = ${"[".repeat(100_000)}`, "moon.mod, line 1: values are nested too deep"],
    ['"multi\nline" = 1', 'moon.mod, line 1: a key is expected, not "multi\\nline"'],
    ["options(a: 1)\noptions(b: 2)", 'moon.mod, line 2: "options" is there twice'],
    [
      'rule(name: "x", command: "a")\nrule(name: "x", command: "b")',
      'moon.mod, line 1: there are two rules "x"',
    ],
    ['options(rule: {"name": "x"})', 'moon.mod, line 1: "rule" is no list of rules'],
    ["options(deps: [])", 'moon.mod, line 1: "deps" is no list of modules'],
  ];
  test.each(wrong)("is refused with its line: %.30j", async (text, why) => {
    expect(await complaint("moon.mod", text)).toBe(why);
  });

  test("is read or refused, whatever its bytes, and never crashes the reader", async () => {
    const pieces = [
      'name = "a"',
      "{",
      "}",
      "(",
      "[",
      '"',
      "\\",
      "import",
      "@a/b",
      "//",
      "\n",
      "1",
      ",",
    ];
    const texts: string[] = [];
    forAll(300, (random) => {
      texts.push(Array.from({ length: random.int(12) }, () => random.pick(pieces)).join(" "));
    });
    for (const text of texts) {
      for (const file of ["moon.mod", "moon.mod.json"] as const) {
        await parse(file, text).catch((error) => expect(error).toBeInstanceOf(Failure));
      }
    }
  });
});

test("dependencies are those of deps and bin-deps, with what no registry has marked", async () => {
  const manifest = await parse(
    "moon.mod.json",
    `{"deps": {"a/b": "1.0.0", "c/d": {"path": "../d"}, "e/f": {"version": "2.0.0"}, "g/h": 3},
      "bin-deps": {"i/j": {"git": "https://x", "version": "1.0.0"}}}`,
  );
  expect(manifestDependencies(manifest)).toEqual([
    { module: "a/b", version: "1.0.0", place: undefined, field: "deps" },
    { module: "c/d", version: undefined, place: "path", field: "deps" },
    { module: "e/f", version: "2.0.0", place: undefined, field: "deps" },
    { module: "i/j", version: "1.0.0", place: "git", field: "bin-deps" },
  ]);
});
