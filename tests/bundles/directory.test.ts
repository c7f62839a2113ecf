/** A bundle in a directory, which may have some of it already. */
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeDirectory } from "../../src/bundles/directory.ts";
import { archiveName, PACK } from "../../src/bundles/manifest.ts";
import { type BundleContent, outgoingFiles } from "../../src/bundles/write.ts";
import { bundleContent } from "../support/bundle-content.ts";
import { writeFiles } from "../support/module.ts";
import { tempDirectory } from "../support/temp.ts";

const hash = (text: string) => Bun.SHA256.hash(text, "hex");

/** What lies in a directory, by path. */
function filesIn(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  const files = paths.filter((path) => statSync(join(root, path)).isFile()).sort();
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

async function filesOf(content: BundleContent): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { path, open } of outgoingFiles(content)) {
    found[path] = Buffer.concat(await Array.fromAsync(open())).toString();
  }
  return found;
}

/** Writes it. @returns how many files were there, and the paths in the order in which they were told */
async function write(root: string, content: BundleContent): Promise<[number, string[]]> {
  const told: string[] = [];
  const there = await writeDirectory(root, content, ({ path }) => told.push(path));
  return [there, told];
}

test("all of it is written, the manifest last; what is there is left alone", async () => {
  const root = join(tempDirectory(), "drive", "bundle");
  const content = bundleContent(["one", "two"], "signed");
  const [there, told] = await write(root, content);
  const all = await filesOf(content);
  expect([there, told.at(-1)]).toEqual([0, "manifest.json"]);
  expect(told.toSorted()).toEqual(Object.keys(all).sort());
  expect(filesIn(root)).toEqual(all);
  const stamps = () => told.map((path) => statSync(join(root, path)).ino);
  const before = stamps();
  expect((await write(root, content))[0]).toBe(told.length);
  expect(stamps()).toEqual(before);
});

test("what has other bytes is written again, of whatever length they are", async () => {
  const root = tempDirectory();
  const content = bundleContent(["one", "two"]);
  const [, told] = await write(root, content);
  writeFileSync(join(root, archiveName(hash("one"))), "uno");
  writeFileSync(join(root, PACK), "cut");
  rmSync(join(root, "SHA256SUMS"));
  expect((await write(root, content))[0]).toBe(told.length - 3);
  expect(filesIn(root)).toEqual(await filesOf(content));
});

test("a bundle takes the place of another, and only what is a bundle's goes", async () => {
  const root = tempDirectory();
  await write(root, bundleContent(["one", "two"], "signed"));
  const shard = dirname(archiveName(hash("one")));
  const others = {
    "notes.txt": "mine",
    [`${shard}/notes.txt`]: "mine",
    "packages/sha256/other/a.zip": "mine",
    [`${shard}/${hash("x")}.zip.bak`]: "mine",
  };
  writeFiles(root, { ...others, [`${shard}/${hash("y")}.zip.partial`]: "half of an archive" });
  const content = bundleContent(["two", "three"]);
  expect((await write(root, content))[0]).toBe(4);
  expect(filesIn(root)).toEqual({ ...(await filesOf(content)), ...others });
});

test("one that breaks off has no manifest, and goes on where it was", async () => {
  const root = tempDirectory();
  await write(root, bundleContent(["one"]));
  const content = bundleContent(["one", "two"]);
  const breaking: BundleContent = {
    ...content,
    async *openArchive() {
      yield Buffer.from("tw");
      throw new Error("it broke off");
    },
  };
  await expect(write(root, breaking)).rejects.toThrow("it broke off");
  expect(existsSync(join(root, "manifest.json"))).toBe(false);
  expect(existsSync(join(root, archiveName(hash("two"))))).toBe(false);
  await write(root, content);
  expect(filesIn(root)).toEqual(await filesOf(content));
});
