import { describe, expect, test } from "bun:test";
import { openObjectDatabase, readRef } from "../../src/git/mod.ts";
import { encodeModuleFile, parseModuleFile } from "../../src/index/entry.ts";
import { openSnapshot } from "../../src/index/mod.ts";
import { hasGit, realIndexBundle, realIndexRepository } from "../support/git.ts";

const SUM = "ab".repeat(32);

const line = (fields: object = {}) =>
  JSON.stringify({ name: "a/b", version: "1.0.0", checksum: SUM, ...fields });

const parse = (...lines: string[]) => parseModuleFile("a/b", Buffer.from(lines.join("\n")));

test("what is read of an entry is its version, checksum, time and dependencies", () => {
  const { lines, bad } = parse(
    line({
      created_at: "2024-05-17T06:09:55.515888+00:00",
      deps: {
        "c/plain": "0.1.0",
        "c/object": { version: "0.2.0", alias: "o" },
        "c/here": { path: "../here", version: "0.3.0" },
        "c/odd": 7,
      },
      "bin-deps": { "c/tool": "1.0.0" },
    }),
  );
  expect(bad).toEqual([]);
  expect(lines[0]?.entry).toEqual({
    module: "a/b",
    version: "1.0.0",
    checksum: SUM,
    createdAt: Date.parse("2024-05-17T06:09:55.515Z"),
    dependencies: [
      { module: "c/plain", version: "0.1.0" },
      { module: "c/object", version: "0.2.0" },
      { module: "c/tool", version: "1.0.0", binary: true },
    ],
    yanked: undefined,
  });
});

const NO_VERSION = "is not a semantic version";

test.each([
  ["is no JSON", "{", "not JSON"],
  ["is no object", "[]", "not a JSON object"],
  ["is of another module", line({ name: "a/c" }), 'named "a/c" instead of "a/b"'],
  ["has no version", line({ version: 1 }), "version 1 is not a semantic version"],
  ["has a wrong version", line({ version: "1.0" }), 'version "1.0" is not a semantic version'],
  [
    "has a letter before its version",
    line({ version: "v1.0.0" }),
    `version "v1.0.0" ${NO_VERSION}`,
  ],
  [
    "has blanks around its version",
    line({ version: " 3.0.0\r" }),
    `version " 3.0.0\\r" ${NO_VERSION}`,
  ],
  ["has no checksum", line({ checksum: undefined }), "checksum is not a lower-case SHA-256"],
  [
    "has a checksum in capitals",
    line({ checksum: "AB".repeat(32) }),
    "checksum is not a lower-case SHA-256",
  ],
  ["says a version twice", line({ extra: 1 }), "version 1.0.0 is there already"],
])("a line that %s is reported, and the others stand", (_, bad, problem) => {
  const file = parse(line(), bad, line({ version: "2.0.0" }), "");
  expect(file.bad).toEqual([{ line: 2, problem }]);
  expect(file.lines.map(({ entry }) => entry.version)).toEqual(["1.0.0", "2.0.0"]);
});

test("says whether it was yanked, and why", () => {
  const yanked = (more: object) =>
    parseModuleFile("a/b", Buffer.from(JSON.stringify({ ...JSON.parse(line()), ...more })))
      .lines[0]!.entry.yanked;
  expect(yanked({ yanked: true, yanked_reason: "wrong" })).toBe("wrong");
  expect(yanked({ yanked: true })).toBe("");
  expect(yanked({ yanked: false, yanked_reason: "wrong" })).toBeUndefined();
});

test("lines keep their bytes, with fields that are not known and spaces that are not needed", () => {
  const odd = `{ "x-new" : {"a":[1, 2]},"name":"a/b","version":"0.1.2+3",  "checksum":"${SUM}"}`;
  const data = Buffer.from(`${odd}\n${line()}\n`);
  expect(encodeModuleFile(parseModuleFile("a/b", data).lines)).toEqual(data);
});

describe.if(hasGit && realIndexBundle !== undefined)("the real index", () => {
  test("is read whole: 887 modules, 6,548 versions, each line byte for byte", async () => {
    const gitdir = await realIndexRepository();
    const objects = openObjectDatabase(gitdir);
    const snapshot = openSnapshot(objects, readRef(gitdir, "refs/heads/main")!);
    const modules = [...snapshot.modules()];
    let versions = 0;
    for (const [module, blob] of modules) {
      const { data } = objects.read(blob);
      const file = parseModuleFile(module, data);
      expect(file.bad).toEqual([]);
      expect(encodeModuleFile(file.lines).equals(data)).toBe(true);
      versions += file.lines.length;
    }
    expect(modules.length).toBe(887);
    expect(versions).toBe(6548);
    expect(snapshot.version("illusory0x0/🐫", "0.1.0")?.entry.module).toBe("illusory0x0/🐫");
    expect(snapshot.module("moonbitlang/lex/runtime")?.lines.length).toBeGreaterThan(0);
    expect(snapshot.module("moonbitlang/lex/none")).toBeUndefined();
    expect(snapshot.module("moonbitlang")).toBeUndefined();
    objects.close();
  });
});
