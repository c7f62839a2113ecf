import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { openDirectory, openZip, packModule } from "../../src/packaging/mod.ts";
import { problemText } from "../../src/packaging/problem.ts";
import { writeFiles, writeModule } from "../support/module.ts";
import { tempDirectory } from "../support/temp.ts";

const SAMPLE = {
  ".gitignore": "target/\n.mooncakes/\n",
  "README.md": "# hello\n",
  "moon.test": "x",
  "src/lib/hello.mbt": "",
  "src/lib/hello_test.mbt": "",
  "src/lib/moon.pkg.json": "{}",
  "src/main/main.mbt": "",
  "src/main/moon.pkg.json": "{}",
  "test/a/a.txt": "",
  "test/b/b.txt": "",
  "test/c/c.md": "",
};
const SOURCES = ["src/lib/hello.mbt", "src/lib/hello_test.mbt", "src/main/main.mbt"];
const PACKAGES = ["src/lib/moon.pkg.json", "src/main/moon.pkg.json"];

function sample(fields: object, more: Record<string, string> = {}): string {
  const manifest = JSON.stringify({ name: "username/hello", version: "0.1.0", ...fields });
  return writeFiles(tempDirectory("module"), { ...SAMPLE, "moon.mod.json": manifest, ...more });
}

async function listed(dir: string): Promise<string[]> {
  return (await openDirectory(dir)).files.map(({ path }) => path);
}

async function packed(dir: string): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(packModule(await openDirectory(dir))));
}

describe("a module's files are those that `moon package --list` names", () => {
  // As expected in moonbitlang/moon, crates/moon/tests/test_cases/test_{in,ex}clude_00*.in/moon.test.
  const cases: [string, object, string[]][] = [
    [
      "with exclude of a folder",
      { exclude: ["test/a"] },
      [
        "README.md",
        "moon.mod.json",
        "moon.test",
        ...SOURCES,
        ...PACKAGES,
        "test/b/b.txt",
        "test/c/c.md",
      ],
    ],
    [
      "with exclude of a pattern",
      { exclude: ["*.txt"] },
      ["README.md", "moon.mod.json", "moon.test", ...SOURCES, ...PACKAGES, "test/c/c.md"],
    ],
    [
      "with include of folders",
      { include: ["moon.mod.json", "src", "test"] },
      ["moon.mod.json", ...SOURCES, ...PACKAGES, "test/a/a.txt", "test/b/b.txt", "test/c/c.md"],
    ],
    [
      "with include of patterns",
      { include: ["moon.mod.json", "*.mbt", "*.txt"] },
      ["moon.mod.json", ...SOURCES, "test/a/a.txt", "test/b/b.txt"],
    ],
    [
      "with include that overrides exclude",
      { exclude: ["test/a/a.txt", "*.mbt"], include: ["moon.mod.json", "*.mbt", "*.txt"] },
      ["moon.mod.json", ...SOURCES, "test/a/a.txt", "test/b/b.txt"],
    ],
  ];
  test.each(cases)("%s", async (_, fields, paths) => {
    expect(await listed(sample(fields))).toEqual([...paths].sort());
  });

  test("all of them with lists that are empty", async () => {
    expect(await listed(sample({ include: [], exclude: [] }))).toEqual(await listed(sample({})));
  });

  test("without what is built, fetched, hidden or ignored", async () => {
    const dir = sample(
      {},
      {
        "_build/x": "",
        "target/x": "",
        ".mooncakes/a/b": "",
        ".git/config": "secret",
        ".env": "TOKEN=secret",
        "src/_build/x": "",
        "src/lib/.gitignore": "*.log\n!keep.log\n",
        "src/lib/a.log": "",
        "src/lib/keep.log": "",
        "src/target/lib.mbt": "a package of that name",
        "example/moon.mod.json": "{}",
        "example/target/x": "",
      },
    );
    const paths = await listed(dir);
    expect(paths).toEqual(
      [
        ...Object.keys(SAMPLE).filter((path) => path !== ".gitignore"),
        "moon.mod.json",
        "example/moon.mod.json",
        "src/lib/keep.log",
      ].sort(),
    );
  });

  test("a folder called target is taken where it is a package, unless it is ignored", async () => {
    const files = { ".gitignore": "", "src/target/lib.mbt": "" };
    expect(await listed(sample({}, files))).toContain("src/target/lib.mbt");
  });

  test("never .git, whatever include says; and always the manifest", async () => {
    const dir = sample(
      { include: ["**", ".git/**", "_build"] },
      { ".git/config": "", "_build/x": "" },
    );
    const paths = await listed(dir);
    expect(paths.filter((path) => /^(?:\.git|_build)\//.test(path))).toEqual([]);
    expect(await listed(sample({ include: ["src"] }))).toContain("moon.mod.json");
  });

  test("with the .gitignore files above it in the same work tree, and none outside of one", async () => {
    const root = tempDirectory("tree");
    writeFiles(root, { ".gitignore": "*.txt\n/mod/src/main\n" });
    const dir = writeFiles(join(root, "mod"), { ...SAMPLE, "moon.mod.json": '{"name": "a/b"}' });
    expect(await listed(dir)).toContain("test/a/a.txt");
    mkdirSync(join(root, ".git"));
    const paths = await listed(dir);
    expect(paths).not.toContain("test/a/a.txt");
    expect(paths).not.toContain("src/main/main.mbt");
    expect(paths).toContain("src/lib/hello.mbt");
  });
});

describe("links", () => {
  test("within the module stand for their files", async () => {
    const dir = writeModule({ files: { "README.mbt.md": "# hello\n" } });
    symlinkSync("README.mbt.md", join(dir, "README.txt"));
    const zip = await openZip(new Blob([await packed(dir)]));
    expect((await zip.read("README.txt"))?.toString()).toBe("# hello\n");
  });

  test("that leave it, break or lead to directories are problems, and no content gets out", async () => {
    const secret = writeFiles(tempDirectory("secret"), { key: "secret" });
    const dir = writeModule({ files: { ".git/config": "secret" } });
    symlinkSync(join(secret, "key"), join(dir, "a"));
    symlinkSync("gone", join(dir, "b"));
    symlinkSync("src", join(dir, "c"));
    symlinkSync(".git/config", join(dir, "d"));
    const opened = await openDirectory(dir);
    expect(opened.problems.map(problemText).sort()).toEqual([
      "a: is a link that leaves the module",
      "b: cannot be read: ENOENT",
      "c: is a link to a directory",
      "d: is a link into .git",
    ]);
    expect((await packed(dir)).includes("secret")).toBe(false);
  });
});

describe("the archive", () => {
  test("is the same bytes whatever the files' times, modes and order of making", async () => {
    const first = writeModule({ files: { "a.sh": "x", "z/é.mbt": "y", "z-.mbt": "" } });
    const second = writeFiles(tempDirectory("module"), {
      "z/é.mbt": "y",
      "z-.mbt": "",
      "a.sh": "x",
    });
    writeModule({}, second);
    chmodSync(join(second, "a.sh"), 0o755);
    utimesSync(join(second, "README.md"), 1, 1);
    const bytes = await packed(first);
    expect((await packed(second)).equals(bytes)).toBe(true);
    // On any machine and in any release: who builds a version again gets what was published.
    expect(Bun.SHA256.hash(bytes, "hex")).toBe(
      "edda3eecbf5f24022f2b339374fe76051036edd8d3d9c68707fa43003bafba27",
    );
  });

  test("holds what the directory holds, as any reader of zips sees it", async () => {
    const dir = writeModule({
      files: { "big.mbt": "let x = 1\n".repeat(50_000), "empty.mbt": "" },
    });
    const zip = await openZip(new Blob([await packed(dir)]));
    expect(zip.files.map(({ path }) => path)).toEqual(await listed(dir));
    expect((await zip.read("big.mbt"))?.toString()).toBe("let x = 1\n".repeat(50_000));
    const { unzipSync } = await import("fflate");
    const other = unzipSync(await packed(dir));
    expect(Object.keys(other).sort()).toEqual(await listed(dir));
    expect(Buffer.from(other["big.mbt"]!).toString()).toBe("let x = 1\n".repeat(50_000));
  });
});

describe("what is no module", () => {
  test("is told of with what to do", async () => {
    const empty = tempDirectory();
    expect(openDirectory(empty)).rejects.toThrow(
      "is no MoonBit module: it has no moon.mod and no moon.mod.json",
    );
    expect(openDirectory(join(empty, "gone"))).rejects.toThrow("there is no directory");
  });

  test("moon.mod counts when both manifests are there", async () => {
    const dir = writeModule({ files: { "moon.mod": 'name = "alice/other"' } });
    expect((await openDirectory(dir)).manifest.fields.name).toBe("alice/other");
  });
});
