/** What is written to a repository, one pack a change. */
import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { createObjectBatch, createRepository, openObjectDatabase } from "../../src/git/mod.ts";
import { oidOf } from "../../src/git/object.ts";
import { type PackItem, wholeItem, writePackFile } from "../../src/git/pack-writer.ts";
import { hasGit, tryGit } from "../support/git.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

async function emptyRepository(): Promise<string> {
  const gitdir = tempDirectory("writer");
  await createRepository(gitdir);
  return gitdir;
}

const packFiles = (gitdir: string) => readdirSync(join(gitdir, "objects", "pack"));

test("a pack of many megabytes is written whole", async () => {
  const gitdir = await emptyRepository();
  const random = createRandom(1);
  // Some over and some below what is written at once.
  const sizes = [1_500_000, 10, 700_000, 700_000, 1_048_576, 20];
  const blobs = sizes.map((size) => random.bytes(size));
  const batch = createObjectBatch(gitdir, () => false);
  const oids = blobs.map((data) => batch.add("blob", data));
  await batch.write();
  const objects = openObjectDatabase(gitdir);
  for (const [at, oid] of oids.entries()) {
    expect(objects.read(oid).data.equals(blobs[at]!)).toBe(true);
  }
  objects.close();
  if (hasGit) expect((await tryGit(["-C", gitdir, "fsck", "--strict"])).code).toBe(0);
});

test("what is there already is not written again, and nothing is twice in a pack", async () => {
  const gitdir = await emptyRepository();
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  await batch.write();
  expect(packFiles(gitdir)).toEqual([]);
  for (const text of ["a", "b", "a"]) batch.add("blob", Buffer.from(text));
  expect(batch.size).toBe(2);
  await batch.write();
  expect([batch.size, packFiles(gitdir).length]).toEqual([0, 2]);
  expect(batch.add("blob", Buffer.from("a"))).toBe(oidOf("blob", Buffer.from("a")));
  await batch.write();
  expect([batch.size, packFiles(gitdir).length]).toEqual([0, 2]);
  objects.close();
});

test("of a pack whose objects cannot all be read nothing is left", async () => {
  const gitdir = await emptyRepository();
  const item = (text: string): PackItem => {
    const data = Buffer.from(text);
    return wholeItem(oidOf("blob", data), { type: "blob", data });
  };
  function* broken(): Generator<PackItem> {
    yield item("a");
    throw new Error("a damaged pack");
  }
  await expect(writePackFile(gitdir, 2, broken())).rejects.toThrow("a damaged pack");
  await expect(writePackFile(gitdir, 2, [item("a")])).rejects.toThrow("2 objects got 1");
  expect(packFiles(gitdir)).toEqual([]);
});
