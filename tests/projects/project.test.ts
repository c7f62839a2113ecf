import { describe, expect, test } from "bun:test";
import {
  appendRelease,
  appendYank,
  findRelease,
  isOrganizationName,
  isProjectName,
  latestRelease,
  parseProject,
  projectPath,
  type Release,
  releaseId,
} from "../../src/projects/mod.ts";
import { forAll } from "../support/random.ts";

const NAME = { target: "mql5", organization: "acme", name: "core" };

const release = (version: string, fields: Partial<Release> = {}): Omit<Release, "yanked"> => ({
  version,
  commitHash: "ab".repeat(20),
  repoUrl: "https://git.example/acme/core.git",
  verified: true,
  type: "package",
  description: "Words about it",
  versionDescription: null,
  keywords: ["math"],
  author: null,
  license: "MIT",
  dependencies: { "@acme/base": "^1.0.0" },
  isPrivate: false,
  createdAt: "2026-01-02T03:04:05.000Z",
  by: "local:ann",
  ...fields,
});

const fileOf = (...versions: string[]) =>
  versions.reduce<Buffer>(
    (data, version) => appendRelease(data, release(version)),
    Buffer.alloc(0),
  );

test("what was appended is read again, unchanged", () => {
  const data = fileOf("1.0.0", "1.1.0");
  expect(parseProject(NAME, data).releases).toEqual([
    { ...release("1.0.0"), yanked: false },
    { ...release("1.1.0"), yanked: false },
  ]);
});

test("a line whose version is no plain one is left out, as none of its others would be the same", () => {
  const data = fileOf("v1.0.0", " 1.0.0", "1.0.0\r", "1.0.0", "=1.0.0");
  expect(parseProject(NAME, data).releases.map(({ version }) => version)).toEqual(["1.0.0"]);
});

test("appending keeps every byte that was there, whatever is appended", () => {
  forAll(50, (random) => {
    let data: Buffer = Buffer.alloc(0);
    for (let at = 0; at < 10; at++) {
      const before = data;
      const version = `${random.int(3)}.${random.int(3)}.${random.int(3)}`;
      data = random.chance(0.3)
        ? appendYank(data, { version, at: "2026-01-02T03:04:05.000Z", by: "local:ann" })
        : appendRelease(data, release(version));
      expect(data.subarray(0, before.length)).toEqual(before);
      expect(data.at(-1)).toBe(0x0a);
    }
  });
});

test("a second line of a version changes nothing, whatever it says", () => {
  const other = release("1.0.0", { commitHash: "cd".repeat(20), isPrivate: true });
  const project = parseProject(NAME, appendRelease(fileOf("1.0.0"), other));
  expect(project.releases).toHaveLength(1);
  expect(project.releases[0]?.commitHash).toBe("ab".repeat(20));
  expect(project.isPrivate).toBe(false);
});

test("a yank marks its version and no other, and needs one to mark", () => {
  const yank = (data: Buffer, version: string) =>
    appendYank(data, { version, at: "2026-01-02T03:04:05.000Z", by: "local:ann" });
  const project = parseProject(NAME, yank(yank(fileOf("1.0.0", "1.1.0"), "1.0.0"), "9.9.9"));
  expect(project.releases.map(({ version, yanked }) => [version, yanked])).toEqual([
    ["1.0.0", true],
    ["1.1.0", false],
  ]);
  expect(findRelease(project, "1.0.0")?.commitHash).toBe("ab".repeat(20));
});

test("what cannot be understood is passed over, and a file without its last line's end is mended", () => {
  const odd = '{"version":"1.0"}\nnot json\n[1]\n{"later":true}\n{"version":"1.2.0"}';
  const data = appendRelease(Buffer.from(odd), release("2.0.0"));
  expect(data.toString()).toStartWith(`${odd}\n`);
  expect(parseProject(NAME, data).releases.map(({ version }) => version)).toEqual(["2.0.0"]);
});

test("a line that does not say whether it is private is private", () => {
  const { is_private: _, ...line } = JSON.parse(fileOf("1.0.0").toString());
  expect(parseProject(NAME, Buffer.from(JSON.stringify(line))).isPrivate).toBe(true);
});

test("the latest is the greatest that is released, then a pre-release, then what was yanked", () => {
  const latest = (...versions: string[]) =>
    latestRelease(parseProject(NAME, fileOf(...versions)))?.version;
  expect(latest("1.0.0", "1.10.0", "1.9.0")).toBe("1.10.0");
  expect(latest("1.0.0", "2.0.0-rc.1")).toBe("1.0.0");
  expect(latest("2.0.0-rc.1", "2.0.0-rc.2")).toBe("2.0.0-rc.2");
  const yanked = appendYank(fileOf("1.0.0", "2.0.0"), { version: "2.0.0", at: "", by: "" });
  expect(latestRelease(parseProject(NAME, yanked))?.version).toBe("1.0.0");
});

test("numbers are safe in JSON, and differ by project and by version", () => {
  const ids = [
    parseProject(NAME, fileOf("1.0.0")).id,
    parseProject({ ...NAME, target: "mql4" }, fileOf("1.0.0")).id,
    releaseId(NAME, "1.0.0"),
    releaseId(NAME, "1.0.1"),
  ];
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(Number.isSafeInteger(id)).toBe(true);
});

describe("names", () => {
  for (const good of ["a", "acme", "my-lib", "my_lib", "a.b", "_x", "0x"]) {
    test(`${good} is one`, () => {
      expect([isOrganizationName(good), isProjectName(good)]).toEqual([true, true]);
    });
  }
  for (const bad of [
    "",
    "Acme",
    ".",
    "..",
    "a..b",
    "a/b",
    "a\\b",
    ".git",
    "-x",
    "a.",
    "é",
    "a b",
  ]) {
    test(`${JSON.stringify(bad)} is none`, () => {
      expect([isOrganizationName(bad), isProjectName(bad)]).toEqual([false, false]);
    });
  }
  test("they are as long as the client takes, and no longer", () => {
    expect(isProjectName("a".repeat(50))).toBe(true);
    expect(isProjectName("a".repeat(51))).toBe(false);
    expect(isOrganizationName("a".repeat(100))).toBe(true);
    expect(isOrganizationName("a".repeat(101))).toBe(false);
  });
  test("a project has one file", () => {
    expect(projectPath(NAME)).toEqual(["projects", "mql5", "acme", "core.jsonl"]);
  });
});
