import { expect, test } from "bun:test";
import { join } from "node:path";
import {
  changedFiles,
  createObjectBatch,
  createRepository,
  type Oid,
  openObjectDatabase,
  writeTree,
} from "../../src/git/mod.ts";
import { createRandom, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

type Files = Map<string, Oid>;

const FOLDERS = ["", "a/", "a/b/", "a.b/", "c/", "c/a/"];

/** Files of few names, a few of them changed, added or gone. */
function changed(random: Random, from: Files): Files {
  const files = new Map(from);
  for (let left = random.int(6); left > 0; left--) {
    const path = `${random.pick(FOLDERS)}f${random.int(4)}`;
    if (random.chance(0.4)) files.delete(path);
    else files.set(path, String(random.int(3)).repeat(40));
  }
  return files;
}

const editsOf = (files: ReadonlyMap<string, Oid | undefined>) =>
  [...files].map(([path, blob]) => [path.split("/"), blob] as const);

async function repository() {
  const gitdir = join(tempDirectory("trees"), "index");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  return { objects, batch };
}

test("what differs between two trees is what was changed, and writing it makes one the other", async () => {
  const first = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9);
  const { objects, batch } = await repository();
  for (let seed = first; seed < first + 60; seed++) {
    const random = createRandom(seed);
    const before = changed(random, changed(random, new Map()));
    const after = random.chance(0.1) ? new Map() : changed(random, before);
    const trees = [before, after].map((files) => writeTree(batch, editsOf(files)));
    await batch.write();
    const found = [...changedFiles(objects, trees[0], trees[1])];
    const paths = new Set([...before.keys(), ...after.keys()]);
    const wanted = [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
    const edits = new Map(found.map((change) => [change.path, change.after]));
    const written = writeTree(batch, editsOf(edits), { objects, tree: trees[0]! });
    const label = `MOONBIT_REGISTRY_TEST_SEED=${seed}`;
    expect({ label, wanted: found.map(({ path }) => path).sort() }).toEqual({ label, wanted });
    for (const { path, before: was, after: is } of found) {
      expect({ label, was, is }).toEqual({ label, was: before.get(path), is: after.get(path) });
    }
    expect({ label, written }).toEqual({ label, written: trees[1]! });
  }
});

test("a file that takes a folder's place, and the other way round", async () => {
  const { objects, batch } = await repository();
  const oid = "1".repeat(40);
  const folder = writeTree(batch, [[["a", "b"], oid]]);
  const file = writeTree(batch, [[["a"], oid]]);
  await batch.write();
  expect(
    [...changedFiles(objects, folder, file)].sort((a, b) => (a.path < b.path ? -1 : 1)),
  ).toEqual([
    { path: "a", before: undefined, after: oid },
    { path: "a/b", before: oid, after: undefined },
  ]);
  expect(writeTree(batch, [[["a"], oid]], { objects, tree: folder })).toBe(file);
  expect(writeTree(batch, [[["a", "b"], oid]], { objects, tree: file })).toBe(folder);
  expect(writeTree(batch, [[["a", "b"], undefined]], { objects, tree: file })).toBe(file);
  expect(writeTree(batch, [[["a"], undefined]], { objects, tree: folder })).toBe(folder);
});

test("only trees on the way to a change are read", async () => {
  const { objects, batch } = await repository();
  const files = (oid: Oid) =>
    [
      [["a", "b", "f"], oid],
      [["c", "f"], "2".repeat(40)],
    ] as const;
  const [before, after] = ["1".repeat(40), "3".repeat(40)].map((oid) =>
    writeTree(batch, files(oid)),
  );
  await batch.write();
  const read = new Set<Oid>();
  const watched = {
    ...objects,
    read(oid: Oid) {
      read.add(oid);
      return objects.read(oid);
    },
  };
  expect([...changedFiles(watched, before, after)].map(({ path }) => path)).toEqual(["a/b/f"]);
  const other = objects.tree(before!).find(({ name }) => name === "c")!;
  expect(read.size).toBe(6);
  expect(read.has(other.oid)).toBe(false);
});
