import { expect, test } from "bun:test";
import {
  createObjectBatch,
  createRepository,
  findBlob,
  isTree,
  type Oid,
  openObjectDatabase,
  openTrees,
  writeTree,
} from "../../src/git/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const blob = (number: number): Oid => number.toString(16).padStart(40, "0");

/** A folder of few files, one of many, and one in another; and which objects are read. */
async function repository() {
  const gitdir = tempDirectory("trees");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const files = [
    ["few", "a"],
    ["few", "b"],
    ["few", "deeper", "a"],
    ...Array.from({ length: 500 }, (_, at) => ["many", `file ${at}`]),
    ["top"],
  ].map((path, at) => [path, blob(at)] as const);
  const root = writeTree(batch, files);
  await batch.write();
  const read: Oid[] = [];
  const trees = openTrees({
    ...objects,
    read(oid) {
      read.push(oid);
      return objects.read(oid);
    },
  });
  return { files, root, read, trees, objects, [Symbol.dispose]: () => objects.close() };
}

test("every file is found by its path, and each tree on the way is read once", async () => {
  using index = await repository();
  // From both ends, so that the first looks into the big tree are few.
  for (const [path, oid] of [...index.files.slice(-20), ...index.files]) {
    expect(findBlob(index.trees, index.root, path)).toBe(oid);
  }
  expect(index.read).toHaveLength(4);
  expect(new Set(index.read).size).toBe(4);
});

test("a folder is no file, a file has nothing below it, and what is not there is not found", async () => {
  using index = await repository();
  const none = [["few"], ["few", "deeper"], ["top", "a"], ["few", "a", "b"], ["x"], ["few", "x"]];
  for (const path of [...none, ["many"], ["many", "file"], ["many", "file 500"], ["x", "a"]]) {
    expect(findBlob(index.trees, index.root, path)).toBeUndefined();
  }
});

test("entries are the same one by one and all together, before and after", async () => {
  using index = await repository();
  for (const name of ["few", "many"]) {
    const { oid, mode } = index.trees.entry(index.root, name)!;
    expect(isTree({ mode })).toBe(true);
    const all = index.objects.tree(oid);
    const names = all.map((entry) => entry.name);
    const looked = () => names.map((each) => index.trees.entry(oid, each)!);
    expect(names.slice(0, 2).map((each) => index.trees.entry(oid, each)!)).toEqual(all.slice(0, 2));
    expect([...index.trees.entries(oid).values()]).toEqual(all);
    expect(looked()).toEqual(all);
  }
});
