import { describe, expect, test } from "bun:test";
import { type IndexLine, parseMetadata, parseModuleFile, readFields } from "../../src/index/mod.ts";

function line(fields: Record<string, unknown>): IndexLine {
  const entry = { name: "demo/app", version: "1.0.0", checksum: "a".repeat(64), ...fields };
  return parseModuleFile("demo/app", Buffer.from(`${JSON.stringify(entry)}\n`)).lines[0]!;
}

test("metadata is what the line says", () => {
  const metadata = parseMetadata(
    line({
      description: " Says hello. ",
      license: "Apache-2.0",
      repository: "https://github.com/demo/app",
      homepage: "https://demo.example",
      readme: "README.md",
      keywords: ["hello", "hello", " world "],
      authors: ["demo"],
      created_at: "2024-05-31T05:23:37.854960+00:00",
      deprecated: "use demo/other",
      "supported-targets": ["js", "wasm"],
    }),
  );
  expect(metadata).toEqual({
    description: "Says hello.",
    license: "Apache-2.0",
    repository: "https://github.com/demo/app",
    homepage: "https://demo.example",
    readme: "README.md",
    keywords: ["hello", "world"],
    authors: ["demo"],
    createdAt: Date.parse("2024-05-31T05:23:37.854Z"),
    deprecated: "use demo/other",
    supportedTargets: ["js", "wasm"],
  });
});

test("a line that tells nothing gives nothing", () => {
  expect(parseMetadata(line({}))).toEqual({
    description: undefined,
    license: undefined,
    repository: undefined,
    homepage: undefined,
    readme: undefined,
    keywords: [],
    authors: [],
    createdAt: undefined,
    deprecated: undefined,
    supportedTargets: [],
  });
});

describe("what has the wrong type is left out:", () => {
  const rows: readonly (readonly [field: string, value: unknown, read: unknown])[] = [
    ["description", 7, undefined],
    ["description", "  ", undefined],
    ["license", ["MIT"], undefined],
    ["repository", { url: "x" }, undefined],
    ["keywords", "one", ["one"]],
    ["keywords", ["one", 2, null, ["three"], ""], ["one"]],
    ["keywords", { a: 1 }, []],
    ["authors", null, []],
    ["deprecated", true, undefined],
  ];
  for (const [field, value, read] of rows) {
    test(`${field}: ${JSON.stringify(value)}`, () => {
      const metadata: object = parseMetadata(line({ [field]: value }));
      expect(metadata).toHaveProperty(field, read);
    });
  }
});

test("`keyword` is an old name of `keywords`", () => {
  expect(parseMetadata(line({ keyword: "ssmp" })).keywords).toEqual(["ssmp"]);
});

test("fields are given as they were published, unknown ones too", () => {
  const fields = readFields(line({ "--moonbit-unstable-prebuild": "build.js", description: 7 }));
  expect(fields).toMatchObject({ "--moonbit-unstable-prebuild": "build.js", description: 7 });
});
