/** What `npm run …` does before Bun is there, and how `npm test` counts. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bunBinary } from "../../scripts/bun-binary.mjs";
import { explain, isInstalled } from "../../scripts/install.mjs";
import { parseCounts, summaryLine } from "../../scripts/junit.ts";
import { ensureKp } from "../../scripts/kp.ts";
import { tempDirectory } from "../support/temp.ts";

const ROOT = join(import.meta.dir, "..", "..");

function project(files: Record<string, unknown>): string {
  const root = tempDirectory("project");
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(content));
  }
  return root;
}

describe("the Bun of node_modules", () => {
  test.each([
    ["linux", "x64", false, "bun-linux-x64/bin/bun"],
    ["linux", "arm64", true, "bun-linux-aarch64-musl/bin/bun"],
    ["darwin", "arm64", false, "bun-darwin-aarch64/bin/bun"],
    ["win32", "x64", false, "bun-windows-x64/bin/bun.exe"],
  ])("on %s %s (musl: %p) is %s", (platform, arch, musl, path) => {
    const root = tempDirectory("project");
    const binary = place(root, `@oven/${path}`, 200_000);
    expect(bunBinary(root, { platform, arch, musl })).toBe(binary);
    expect(bunBinary(root, { platform: "sunos", arch, musl })).toBeUndefined();
  });

  test("is the one that npm's install script moved, when it ran, and not what was there before", () => {
    const root = tempDirectory("project");
    const machine = { platform: "linux", arch: "x64", musl: false };
    place(root, "bun/bin/bun.exe", 450);
    expect(bunBinary(root, machine)).toBeUndefined();
    const moved = place(root, "bun/bin/bun.exe", 200_000);
    expect(bunBinary(root, machine)).toBe(moved);
  });

  test("is found in this project", () => {
    expect(bunBinary(ROOT)).toStartWith(join(ROOT, "node_modules"));
  });
});

/** A file of some size below node_modules. */
function place(root: string, path: string, size: number): string {
  const file = join(root, "node_modules", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, Buffer.alloc(size));
  return file;
}

describe("whether everything is installed", () => {
  const lock = (packages: Record<string, unknown>) => ({ packages: { "": {}, ...packages } });
  const a = { "node_modules/a": { version: "1.0.0" } };
  const files = { "package-lock.json": lock(a), "node_modules/a/package.json": {} };

  test("is told by what npm noted down when it was done", () => {
    expect(isInstalled(project({ "package-lock.json": lock(a) }))).toBe(false);
    expect(isInstalled(project(files))).toBe(false);
    const installed = { ...files, "node_modules/.package-lock.json": lock(a) };
    expect(isInstalled(project(installed))).toBe(true);
  });

  test("changes with a version, a new package and a folder that went away", () => {
    const old = lock({ "node_modules/a": { version: "0.9.0" } });
    const notes = "node_modules/.package-lock.json";
    expect(isInstalled(project({ ...files, [notes]: old }))).toBe(false);
    const more = lock({ ...a, "node_modules/b": { version: "1.0.0" } });
    const grown = { ...files, "package-lock.json": more, [notes]: lock(a) };
    expect(isInstalled(project(grown))).toBe(false);
    expect(isInstalled(project({ "package-lock.json": lock(a), [notes]: lock(a) }))).toBe(false);
  });

  test("does without what is for other platforms", () => {
    const optional = lock({ ...a, "node_modules/b": { version: "1.0.0", optional: true } });
    const notes = { "node_modules/.package-lock.json": lock(a) };
    expect(isInstalled(project({ ...files, ...notes, "package-lock.json": optional }))).toBe(true);
  });
});

describe("npm's failure", () => {
  test("without a network is told as that", () => {
    const output = [
      "npm warn Unknown user config",
      "npm error code ENOTFOUND",
      "npm error network request to https://example.com/bun failed",
      "npm error     at ClientRequest.<anonymous> (/npm/index.js:130:14)",
      "npm error A complete log of this run can be found in: /x.log",
    ].join("\n");
    expect(explain(output)).toBe(
      [
        "code ENOTFOUND",
        "network request to https://example.com/bun failed",
        "npm cannot reach its registry: check the network and npm's proxy settings, then try again",
      ].join("\n"),
    );
  });

  test("of another kind is cut to its first lines", () => {
    const lines = explain(Array.from({ length: 40 }, (_, at) => `npm error line ${at}`).join("\n"));
    expect(lines.split("\n")).toHaveLength(7);
    expect(lines).toEndWith("run `npm ci --ignore-scripts` to see all of it");
  });
});

describe("the closing line of npm test", () => {
  const report = '<testsuites name="bun test" tests="9" failures="2" skipped="3" time="0.1">';

  test("counts what the report counts", () => {
    expect(summaryLine(parseCounts(report), 1)).toBe("4 passed, 2 failed, 3 skipped");
    expect(summaryLine(parseCounts('<testsuites tests="2" failures="0">'), 0)).toBe(
      "2 passed, 0 failed",
    );
  });

  test("never says that nothing failed when the run did", () => {
    expect(summaryLine(parseCounts('<testsuites tests="2" failures="0">'), 1)).toBe(
      "2 passed, 1 failed",
    );
    expect(summaryLine(parseCounts(""), 1)).toBe("0 passed, 1 failed");
  });
});

describe.skipIf(!Bun.which("node"))("scripts/run.mjs", () => {
  const run = (args: readonly string[]) =>
    Bun.spawnSync(["node", join(ROOT, "scripts", "run.mjs"), ...args], { stdin: "ignore" });

  test("refuses a task that it does not know", () => {
    const { exitCode, stderr } = run(["publish"]);
    expect(exitCode).toBe(2);
    expect(stderr.toString()).toBe("usage: npm run demo|test|build|bench|soak\n");
  });

  test("passes arguments on to the task, and its exit code back", () => {
    const { exitCode, stderr } = run(["build", "--every"]);
    expect(exitCode).toBe(2);
    expect(stderr.toString()).toContain("unknown option --every");
  });
});

test("a machine without Python tests without kp, and is not asked again at once", async () => {
  const root = tempDirectory("project");
  const { PATH, MOONBIT_REGISTRY_TEST_KP } = process.env;
  process.env.PATH = "";
  delete process.env.MOONBIT_REGISTRY_TEST_KP;
  try {
    expect(await ensureKp(root)).toEqual({ problem: "there is no python3" });
    expect((await ensureKp(root)).problem).toStartWith("it could not be installed lately");
  } finally {
    process.env.PATH = PATH;
    if (MOONBIT_REGISTRY_TEST_KP !== undefined) {
      process.env.MOONBIT_REGISTRY_TEST_KP = MOONBIT_REGISTRY_TEST_KP;
    }
  }
});
