/** What is proven of a repository: its packs, and all that its refs lead to. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atOnce } from "../../src/breath.ts";
import { checkTrailer, type ObjectProblem } from "../../src/git/check.ts";
import {
  checkPacks,
  checkReachable,
  createObjectBatch,
  createRepository,
  encodeCommit,
  gatherIfMany,
  openObjectDatabase,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE, type Oid, TREE_MODE } from "../../src/git/object.ts";
import { hasGit, tryGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";

/** A repository of so many packs, with an object in each. */
async function repositoryOf(packs: number): Promise<string> {
  const gitdir = tempDirectory("check");
  await createRepository(gitdir);
  for (let at = 0; at < packs; at++) {
    const batch = createObjectBatch(gitdir, () => false);
    batch.add("blob", Buffer.from(`object ${at}\n`));
    await batch.write();
  }
  return gitdir;
}

const packPath = (gitdir: string, file = "") => join(gitdir, "objects", "pack", file);
const packs = (gitdir: string) =>
  readdirSync(packPath(gitdir)).filter((file) => file.endsWith(".pack"));

function damage(gitdir: string, file: string): void {
  const bytes = readFileSync(packPath(gitdir, file));
  bytes[bytes.length - 25]! ^= 1;
  // As a file of its own: packs are read-only.
  rmSync(packPath(gitdir, file));
  writeFileSync(packPath(gitdir, file), bytes);
}

test("a pack that was changed is told by its name, the others are sound", async () => {
  const gitdir = await repositoryOf(3);
  const [, changed] = packs(gitdir);
  damage(gitdir, changed!);
  const problems: ObjectProblem[] = [];
  atOnce(checkPacks(gitdir, (problem) => problems.push(problem)));
  expect(problems).toEqual([{ subject: changed!, message: "the pack is not what was written" }]);
});

test("a big pack is hashed in steps, between which others can have their turn", async () => {
  const path = join(tempDirectory("check"), "big.pack");
  const content = Buffer.alloc(20_000_000);
  const trailer = new Bun.CryptoHasher("sha1").update(content).digest();
  writeFileSync(path, Buffer.concat([content, trailer]));
  expect([...checkTrailer(path)].length).toBeGreaterThanOrEqual(5);
});

test("packs that a writer makes one meanwhile are no problem, and that one is looked at too", async () => {
  const gitdir = await repositoryOf(4);
  const problems: ObjectProblem[] = [];
  const check = checkPacks(gitdir, (problem) => problems.push(problem));
  check.next();
  expect(await gatherIfMany(gitdir, 1)).toBe(true);
  const [gathered, ...rest] = packs(gitdir);
  expect(rest).toEqual([]);
  damage(gitdir, gathered!);
  atOnce(check);
  expect(problems).toEqual([{ subject: gathered!, message: "the pack is not what was written" }]);
});

describe("an object that is there, but is not what it is needed as, is told: nobody could clone it", () => {
  interface Parts {
    readonly tree: Oid;
    /** Blobs that would be a tree and a commit, if they said so. */
    readonly like: { readonly tree: Oid; readonly commit: Oid };
    folder(mode: string, oid: Oid): Oid;
  }

  async function problemsOf(
    make: (parts: Parts) => { tree?: Oid; parents?: Oid[] },
  ): Promise<{ problems: ObjectProblem[]; isSound: boolean }> {
    const gitdir = tempDirectory("check");
    await createRepository(gitdir);
    const batch = createObjectBatch(gitdir, () => false);
    const file = batch.add("blob", Buffer.from("text"));
    const entries = encodeTree([{ mode: FILE_MODE, name: "file", oid: file }]);
    const tree = batch.add("tree", entries);
    const commit = (of: { tree?: Oid; parents?: Oid[] }) =>
      encodeCommit(
        { tree, parents: [], time: 1, message: "x\n", ...of },
        "Test <test@example.com>",
      );
    const parts: Parts = {
      tree,
      like: { tree: batch.add("blob", entries), commit: batch.add("blob", commit({})) },
      folder: (mode, oid) => batch.add("tree", encodeTree([{ mode, name: "other", oid }])),
    };
    const first = batch.add("commit", commit(make(parts)));
    const tip = batch.add("commit", commit({ parents: [first] }));
    await batch.write();
    const objects = openObjectDatabase(gitdir);
    const problems: ObjectProblem[] = [];
    const tips = new Map([["refs/heads/main", tip]]);
    for (const _ of checkReachable(objects, tips, (each) => problems.push(each)));
    objects.close();
    const isSound =
      !hasGit || (await tryGit(["-C", gitdir, "rev-list", "--objects", tip])).code === 0;
    return { problems, isSound };
  }

  test("what is sound has no problem", async () => {
    const { problems, isSound } = await problemsOf(({ folder, tree }) => ({
      tree: folder(TREE_MODE, tree),
    }));
    expect({ problems, isSound }).toEqual({ problems: [], isSound: true });
  });

  test.each<[string, (parts: Parts) => { tree?: Oid; parents?: Oid[] }]>([
    ["a blob for a commit's tree", ({ like }) => ({ tree: like.tree })],
    ["a blob for a folder", ({ folder, like }) => ({ tree: folder(TREE_MODE, like.tree) })],
    ["a tree for a file", ({ folder, tree }) => ({ tree: folder(FILE_MODE, tree) })],
    ["a blob for a parent", ({ like }) => ({ parents: [like.commit] })],
    ["a tree for a parent", ({ tree }) => ({ parents: [tree] })],
  ])("%s", async (_, make) => {
    const { problems, isSound } = await problemsOf(make);
    expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining("needs a")]);
    if (hasGit) expect(isSound).toBe(false);
  });
});
