import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { holdsExactly, openZip, unpack } from "../../src/packaging/mod.ts";
import { tempDirectory } from "../support/temp.ts";
import { craftZip } from "../support/zip.ts";

const open = () =>
  openZip(
    craftZip([
      { name: "moon.mod.json", content: "{}" },
      { name: "src/", mode: 0o040755 },
      { name: "src/中文.mbt", content: "x".repeat(100_000), deflate: true },
      { name: "build.sh", content: "#!/bin/sh\n", mode: 0o100755 },
      { name: "empty" },
    ]),
  );

async function unpacked() {
  const dir = join(tempDirectory("unpack"), "out");
  const zip = await open();
  await unpack(zip, dir);
  return { dir, zip };
}

test("files are put where the archive has them, executable ones executable", async () => {
  const { dir, zip } = await unpacked();
  expect(readFileSync(join(dir, "src", "中文.mbt"), "utf8")).toBe("x".repeat(100_000));
  expect(readFileSync(join(dir, "empty"), "utf8")).toBe("");
  if (process.platform !== "win32") {
    expect(statSync(join(dir, "build.sh")).mode & 0o100).toBe(0o100);
    expect(statSync(join(dir, "empty")).mode & 0o100).toBe(0);
  }
  expect(await holdsExactly(zip, dir)).toBe(true);
});

for (const name of ["src/aux.mbt", "nul/x", "src/a:b.mbt", "src/dot.", "what?"]) {
  test(`on Windows nothing is unpacked of an archive with ${name}, which it cannot have`, async () => {
    const zip = await openZip(craftZip([{ name: "moon.mod.json", content: "{}" }, { name }]));
    const dir = join(tempDirectory("unpack"), "out");
    await expect(unpack(zip, dir, "win32")).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining(`file ${name}: `),
    });
    expect(existsSync(dir)).toBe(false);
    if (process.platform === "win32") return;
    await unpack(zip, dir);
    expect(await holdsExactly(zip, dir)).toBe(true);
  });
}

test("nothing is written over", async () => {
  const { dir, zip } = await unpacked();
  await expect(unpack(zip, dir)).rejects.toThrow("EEXIST");
});

const changes: readonly (readonly [string, (dir: string) => void])[] = [
  ["a file differs", (dir) => writeFileSync(join(dir, "moon.mod.json"), "{ }")],
  ["a file is more", (dir) => writeFileSync(join(dir, "src", "more"), "")],
  ["a file is less", (dir) => rmSync(join(dir, "empty"))],
  ["a file has another name", (dir) => renameSync(join(dir, "empty"), join(dir, "Empty"))],
  ["there is a link in a folder", (dir) => symlinkSync("../empty", join(dir, "src", "link"))],
  ["a file is a link", (dir) => symlinkSync("empty", join(dir, "link"))],
  [
    "a file is a folder",
    (dir) => {
      rmSync(join(dir, "empty"));
      mkdirSync(join(dir, "empty"));
    },
  ],
];
for (const [what, change] of changes) {
  test(`a directory is not the same when ${what}`, async () => {
    const { dir, zip } = await unpacked();
    change(dir);
    expect(await holdsExactly(zip, dir)).toBe(false);
  });
}

test("a directory that is not there holds nothing", async () => {
  expect(await holdsExactly(await open(), "/nonexistent/x")).toBe(false);
});
