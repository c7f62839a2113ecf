/** Trees made to keep busy whoever walks them. */
import {
  createObjectBatch,
  encodeCommit,
  type Oid,
  openObjectDatabase,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE, TREE_MODE } from "../../src/git/object.ts";

const LEVELS = 10;
const NAMES = Array.from({ length: 10 }, (_, at) => `d${at}`);

/** A commit of a few small trees that name each other so often that they stand for ten thousand million files. */
export async function writeBomb(gitdir: string): Promise<Oid> {
  return await writeTip(gitdir, (add, blob) => {
    const named = (mode: string, oid: Oid) =>
      add(encodeTree(NAMES.map((name) => ({ mode, name, oid }))));
    let tree = named(FILE_MODE, blob);
    for (let level = 1; level < LEVELS; level++) tree = named(TREE_MODE, tree);
    return tree;
  });
}

/** A commit of one file in so many folders. */
export async function writeDeep(gitdir: string, folders: number): Promise<Oid> {
  return await writeTip(gitdir, (add, blob) => {
    let tree = add(encodeTree([{ mode: FILE_MODE, name: "file", oid: blob }]));
    for (let level = 0; level < folders; level++) {
      tree = add(encodeTree([{ mode: TREE_MODE, name: "d", oid: tree }]));
    }
    return tree;
  });
}

async function writeTip(
  gitdir: string,
  write: (addTree: (data: Buffer) => Oid, blob: Oid) => Oid,
): Promise<Oid> {
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const below = write((data) => batch.add("tree", data), batch.add("blob", Buffer.from("x\n")));
  const tree = batch.add("tree", encodeTree([{ mode: TREE_MODE, name: "user", oid: below }]));
  const commit = { tree, parents: [], time: 1_700_000_000, message: "x\n" };
  const oid = batch.add("commit", encodeCommit(commit, "Test <test@example.com>"));
  await batch.write();
  objects.close();
  return oid;
}
