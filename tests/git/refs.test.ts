import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  deleteRef,
  followRef,
  forgetRefs,
  listRefs,
  readRef,
  writeRef,
} from "../../src/git/mod.ts";
import { git, hasGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";

test("a ref that went away and came back is there at once when that is told", async () => {
  const [gitdir, away] = [join(tempDirectory(), "index"), join(tempDirectory(), "away")];
  mkdirSync(gitdir);
  const oid = "a".repeat(40);
  await writeRef(gitdir, "refs/heads/main", oid);
  const tip = followRef(gitdir, "refs/heads/main");
  expect(tip()).toBe(oid);
  for (let i = 0; i < 3; i++) {
    renameSync(gitdir, away);
    forgetRefs();
    expect(tip()).toBeUndefined();
    renameSync(away, gitdir);
    forgetRefs();
    expect(tip()).toBe(oid);
  }
});

test.if(hasGit)("a ref that was removed is gone, also after git's own housekeeping", async () => {
  const gitdir = join(tempDirectory(), "index");
  await git(["init", "-q", "--bare", gitdir]);
  const work = join(tempDirectory(), "work");
  await git(["clone", "-q", gitdir, work]);
  await git(["-C", work, "commit", "-q", "--allow-empty", "-m", "x"]);
  await git(["-C", work, "tag", "-a", "-m", "x", "v1"]);
  await git(["-C", work, "push", "-q", "origin", "HEAD:main", "HEAD:other", "v1"]);
  await git(["-C", gitdir, "pack-refs", "--all"]);
  const main = readRef(gitdir, "refs/heads/main");
  expect(main).toBeString();
  // There in both places.
  await writeRef(gitdir, "refs/heads/other", main!);
  for (const name of ["refs/heads/other", "refs/tags/v1", "refs/heads/none"]) {
    await deleteRef(gitdir, name);
    expect(readRef(gitdir, name)).toBeUndefined();
  }
  // What a tag points at went with it: left behind, it would be said of the ref before.
  expect(readFileSync(join(gitdir, "packed-refs"), "utf8")).not.toMatch(/^\^/m);
  expect(listRefs(gitdir, "refs/")).toEqual(new Map([["refs/heads/main", main!]]));
  expect((await git(["-C", gitdir, "for-each-ref"])).trim()).toBe(
    `${main} commit\trefs/heads/main`,
  );
});

test.skipIf(process.platform !== "linux")(
  "a ref that the disk does not give out is no damaged one",
  () => {
    const gitdir = tempDirectory();
    mkdirSync(join(gitdir, "refs", "heads"), { recursive: true });
    // Opens, and then fails each read with EIO. Source: proc(5).
    symlinkSync("/proc/self/mem", join(gitdir, "refs/heads/main"));
    for (const look of [
      () => readRef(gitdir, "refs/heads/main"),
      () => listRefs(gitdir, "refs/", () => {}),
    ]) {
      expect(look).toThrow(expect.objectContaining({ code: "io" }));
    }
  },
);

test.if(hasGit)(
  "refs are listed as git lists them, packed, moved since, one that names another",
  async () => {
    const gitdir = join(tempDirectory(), "index");
    await git(["init", "-q", "--bare", "-b", "main", gitdir]);
    const tree = await git(["-C", gitdir, "mktree"], "");
    const commit = async (message: string) =>
      await git(["-C", gitdir, "commit-tree", "-m", message, tree]);
    const [first, second] = [await commit("1"), await commit("2")];
    await writeRef(gitdir, "refs/heads/main", first);
    await writeRef(gitdir, "refs/remotes/a/main", first);
    await writeRef(gitdir, "refs/remotes/ab/main", first);
    await git(["-C", gitdir, "pack-refs", "--all"]);
    await writeRef(gitdir, "refs/remotes/a/main", second);
    await writeRef(gitdir, "refs/remotes/b/main", second);
    await git(["-C", gitdir, "symbolic-ref", "refs/remotes/b/HEAD", "refs/remotes/b/main"]);
    // As a writer that was killed leaves it.
    writeFileSync(join(gitdir, "refs", "remotes", "b", ".main.tmp"), "");

    const listed = (text: string) =>
      text.split("\n").map((line) => line.split(" ") as [string, string]);
    const format = "--format=%(refname) %(objectname)";
    for (const prefix of ["refs/", "refs/remotes/", "refs/remotes/a/"]) {
      const theirs = listed(await git(["-C", gitdir, "for-each-ref", format, prefix]));
      expect(listRefs(gitdir, prefix)).toEqual(new Map(theirs));
    }
    expect(readRef(gitdir, "refs/remotes/b/HEAD")).toBe(second);
    expect(listRefs(gitdir, "refs/none/")).toEqual(new Map());
    for (const none of ["refs/remotes/a", "refs/remotes/a/main/below"]) {
      expect(readRef(gitdir, none)).toBeUndefined();
    }
  },
);
