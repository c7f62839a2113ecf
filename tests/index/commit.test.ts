/** Commits of the index, which its inputs alone decide. */
import { expect, test } from "bun:test";
import {
  createObjectBatch,
  createRepository,
  openObjectDatabase,
  readRef,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE } from "../../src/git/object.ts";
import { type Change, commitChange, commitTo } from "../../src/index/mod.ts";
import { tempDirectory } from "../support/temp.ts";

const MAIN = "refs/heads/main";

async function openIndex() {
  const gitdir = tempDirectory("commit");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const tree = (text: string) => {
    const oid = batch.add("blob", Buffer.from(text));
    return batch.add("tree", encodeTree([{ mode: FILE_MODE, name: "file", oid }]));
  };
  const commit = async (change: Change) => {
    await commitTo(gitdir, objects, batch, new Map([[MAIN, change]]));
    return readRef(gitdir, MAIN)!;
  };
  return { objects, batch, tree, commit, [Symbol.dispose]: () => objects.close() };
}

test("what changes nothing makes no commit; another history to go on from is a change", async () => {
  using index = await openIndex();
  const tree = index.tree("1");
  const first = await index.commit({ parent: undefined, tree, time: 5, modules: ["a/b"] });
  expect(index.objects.commit(first)).toEqual({
    tree,
    parents: [],
    time: 5,
    message: "update a/b\n",
  });
  expect(await index.commit({ parent: first, tree, time: 9, modules: [] })).toBe(first);
  const other = await index.commit({ parent: undefined, tree, time: 6, modules: ["a/b"] });
  const joined = await index.commit({ parent: first, join: other, tree, time: 7, modules: [] });
  expect(index.objects.commit(joined).parents).toEqual([first, other]);
});

test("a commit is never older than its parent, as history is walked by time", async () => {
  using index = await openIndex();
  const first = await index.commit({
    parent: undefined,
    tree: index.tree("1"),
    time: 50,
    modules: [],
  });
  const second = await index.commit({ parent: first, tree: index.tree("2"), time: 5, modules: [] });
  expect(index.objects.commit(second).time).toBe(50);
});

test("a commit that must not be another's is made anew, and is still decided by its inputs", async () => {
  using index = await openIndex();
  const change = { parent: undefined, tree: index.tree("1"), time: 5, modules: ["a/b"] };
  const theirs = commitChange(index.batch, index.objects, change)!;
  const notThese = new Set([theirs]);
  const ours = await index.commit({ ...change, notThese });
  expect(ours).not.toBe(theirs);
  expect(index.objects.commit(ours)).toMatchObject({ tree: change.tree, parents: [], time: 5 });
  expect(commitChange(index.batch, index.objects, { ...change, notThese })).toBe(ours);
});
