/** Who imports whom in `src/`, and that the check of it bites. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { idleNames, violations } from "./support/architecture.ts";

const ROOT = join(import.meta.dir, "..");

const check = (files: Record<string, string>) => violations(new Map(Object.entries(files)));

async function textsOf(glob: string): Promise<Map<string, string>> {
  const paths = [...new Bun.Glob(glob).scanSync(ROOT)].sort();
  const files = new Map<string, string>();
  for (const path of paths) {
    files.set(path.replaceAll("\\", "/"), await Bun.file(join(ROOT, path)).text());
  }
  return files;
}

test("src follows the layers", async () => {
  const files = await textsOf("src/**/*.ts");
  expect(files.size).toBeGreaterThan(50);
  expect(violations(files)).toEqual([]);
});

test("a folder's door offers what others ask for, and nothing else", async () => {
  const others = await textsOf("{bench,demo,soak,scripts}/**/*.{ts,mjs}");
  const build = await textsOf("build.ts");
  expect(idleNames(await textsOf("src/**/*.ts"), new Map([...others, ...build]))).toEqual([]);
});

describe("the check of doors", () => {
  const idle = (files: Record<string, string>, others: Record<string, string> = {}) =>
    idleNames(new Map(Object.entries(files)), new Map(Object.entries(others)));
  const door = {
    "src/git/mod.ts": 'export {\n  read,\n  type Ref,\n} from "./refs.ts";',
    "src/git/refs.ts": "export const read = 1;",
  };
  const problems = [
    "src/git/mod.ts: nobody outside asks for read",
    "src/git/mod.ts: nobody outside asks for Ref",
  ];

  test("finds names that are used inside alone, or by a test", () => {
    expect(idle(door)).toEqual(problems);
    const inside = 'import { read, type Ref } from "../mod.ts";';
    expect(idle({ ...door, "src/git/protocol/a.ts": inside })).toEqual(problems);
    const own = { "src/git/mod.ts": "export async function read() {}\nexport interface Ref {}" };
    expect(idle(own)).toEqual(problems);
  });

  test.each([
    ["by name", 'import { type Ref, read } from "../git/mod.ts";'],
    ["by another name", 'import { type Ref as A, read as b } from "../git/mod.ts";'],
    ["to hand it on", 'export { type Ref, read } from "../git/mod.ts";'],
    ["late", 'const { read } = await import("../git/mod.ts");\nlet a: Ref;'],
    ["late, as a whole", 'const git = await import("../git/mod.ts");\ngit.read(git.Ref);'],
  ])("takes a use %s", (_, text) => {
    expect(idle({ ...door, "src/index/a.ts": text })).toEqual([]);
    expect(idle(door, { "bench/a.ts": text.replaceAll("../git", "../src/git") })).toEqual([]);
  });

  test("does not take another door's name for this one's", () => {
    const other = 'import { read, Ref } from "../files/mod.ts";';
    expect(idle({ ...door, "src/index/a.ts": other })).toEqual(problems);
  });
});

describe("the check", () => {
  test("lets imports point down, skip layers and use what is for all", () => {
    const found = check({
      "src/main.ts": 'import { run } from "./cli/mod.ts";',
      "src/cli/mod.ts": 'export { run } from "./run.ts";',
      "src/cli/run.ts": 'import { Failure } from "../errors.ts";\nimport "../registry/mod.ts";',
      "src/cli/commands/serve.ts": 'const server = await import("../../server/mod.ts");',
      "src/server/app.ts": 'import { page } from "../web/mod.ts";\nimport { z } from "elysia";',
      "src/registry/mod.ts": 'import { load } from "../config/mod.ts";\nimport "../index/mod.ts";',
      "src/git/mod.ts": 'export { read } from "./protocol/pkt-line.ts";',
      "src/git/protocol/pkt-line.ts": 'import { Failure } from "../../errors.ts";',
      "src/version.ts": 'import { version } from "../package.json" with { type: "json" };',
    });
    expect(found).toEqual([]);
  });

  test.each([
    [
      "up",
      "src/git/refs.ts",
      'import "../registry/mod.ts";',
      "git imports registry, which is above",
    ],
    ["sideways", "src/index/view.ts", 'import "../sources/mod.ts";', "its neighbour sources"],
    ["sideways", "src/cli/status.ts", 'import "../server/mod.ts";', "its neighbour server"],
    ["past a door", "src/registry/a.ts", 'import "../git/refs.ts";', "not the door of git"],
    [
      "for a type",
      "src/index/a.ts",
      'import type { A } from "../git/a.ts";',
      "not the door of git",
    ],
    ["in lines", "src/index/a.ts", 'import {\n  a,\n} from "../git/a.ts";', "not the door of git"],
    ["by export", "src/index/a.ts", 'export * from "../git/a.ts";', "not the door of git"],
    ["late", "src/index/a.ts", 'const a = () => import("../git/a.ts");', "not the door of git"],
    ["from an unknown folder", "src/misc/a.ts", 'import "../git/mod.ts";', "misc is in no layer"],
    ["web", "src/cli/a.ts", 'import "../web/mod.ts";', "cli imports web"],
    [
      "out of the protocol",
      "src/git/protocol/a.ts",
      'import "../refs.ts";',
      "the protocol imports",
    ],
    ["from what is for all", "src/errors.ts", 'import "./git/mod.ts";', "what all import imports"],
    ["without extension", "src/git/a.ts", 'import "./refs";', "./refs has no extension"],
  ])("refuses an import %s: %s", (_, file, text, problem) => {
    const found = check({ [file]: text });
    expect(found).toHaveLength(1);
    expect(found[0]).toStartWith(`${file}: `);
    expect(found[0]).toContain(problem);
  });

  test("takes no other text for an import", () => {
    const found = check({
      "src/git/a.ts": 'export const up = (a: string) =>\n  a === "../registry/mod.ts";',
    });
    expect(found).toEqual([]);
  });

  test("finds a cycle, with the way around", () => {
    const found = check({
      "src/git/a.ts": 'import { b } from "./b.ts";',
      "src/git/b.ts": 'import { c } from "./c.ts";',
      "src/git/c.ts": 'import type { b } from "./b.ts";',
    });
    expect(found).toEqual(["src/git/b.ts: cycle src/git/b.ts → src/git/c.ts → src/git/b.ts"]);
  });

  test("refuses printing outside the command line, but not speaking of it", () => {
    expect(check({ "src/git/a.ts": 'console.log("x");' })).toEqual(["src/git/a.ts: prints"]);
    expect(check({ "src/git/a.ts": "// console.log is not for here" })).toEqual([]);
    expect(check({ "src/cli/a.ts": 'console.log("x");' })).toEqual([]);
  });

  test("refuses running a program, but for the command that is there for it", () => {
    for (const text of [
      'import { spawn } from "node:child_process";\nspawn("git");',
      'Bun.spawn(["git"]);',
      'Bun.spawnSync(["git"]);',
      "await Bun.$`git`;",
    ]) {
      expect(check({ "src/cli/a.ts": text })).toEqual(["src/cli/a.ts: runs a program"]);
      expect(check({ "src/cli/run-moon.ts": text })).toEqual([]);
    }
  });
});
