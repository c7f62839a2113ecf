/** Clones without files (`--filter=blob:none`), which the real git then fetches when it needs them. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openObjectDatabase, repackNow } from "../../src/git/mod.ts";
import {
  addStates,
  git,
  hasGit,
  type IndexState,
  makeIndexRepository,
  tryGit,
} from "../support/git.ts";
import { serveRepository } from "../support/git-server.ts";
import { tempDirectory } from "../support/temp.ts";

const state = (at: number): IndexState => ({
  "alice/json": Array.from({ length: at + 1 }, (_, line) => `{"version":"0.${line}.0"}`),
  [`bob/of${at % 3}`]: [`{"version":"1.${at}.0"}`],
});
const states = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => state(from + at));

const lines = (text: string) => text.split("\n").filter(Boolean).sort();

/** Every blob that some commits lead to. */
async function blobs(gitdir: string, ...tips: string[]): Promise<string[]> {
  const all = await git(["-C", gitdir, "rev-list", "--objects", "--no-object-names", ...tips]);
  const types = await git(["-C", gitdir, "cat-file", "--batch-check"], `${all}\n`);
  return lines(types).flatMap((line) => (line.includes(" blob ") ? [line.slice(0, 40)] : []));
}

/** What a clone knows of and has not. */
async function lacking(dir: string): Promise<string[]> {
  const all = await git(["-C", dir, "rev-list", "--objects", "--all", "--missing=print"]);
  return lines(all).flatMap((line) => (line.startsWith("?") ? [line.slice(1)] : []));
}

/** A commit of a branch that is not served, its tree and its file. */
async function secretOf(origin: string): Promise<string[]> {
  const blob = await git(["-C", origin, "hash-object", "-w", "--stdin"], "secret");
  const tree = await git(["-C", origin, "mktree"], `100644 blob ${blob}\tsecret\n`);
  const commit = await git(["-C", origin, "commit-tree", tree, "-m", "secret"]);
  await git(["-C", origin, "update-ref", "refs/heads/secret", commit]);
  return [commit, tree, blob];
}

describe.if(hasGit).each([0, 1, 2])("protocol version %d", (version) => {
  const protocol = ["-c", `protocol.version=${version}`];

  test.each(["as git packed it", "as a repack left it"])(
    "a clone without files has none, gets those it needs, and goes on so: a repository %s",
    async (how) => {
      const origin = await makeIndexRepository(states(0, 12));
      await secretOf(origin);
      if (how === "as a repack left it") {
        const objects = openObjectDatabase(origin);
        await repackNow(origin, objects, "refs/heads/main");
        objects.close();
      }
      using server = serveRepository(origin);
      const dir = join(tempDirectory(), "clone");
      const inClone = (...args: string[]) => git([...protocol, "-C", dir, ...args]);
      const clone = ["clone", "-q", "--filter=blob:none", "--no-checkout", server.url, dir];
      await git([...protocol, ...clone]);
      expect(await lacking(dir)).toEqual(await blobs(origin, "main"));

      await inClone("checkout", "-q", "main");
      expect(await inClone("status", "--porcelain")).toBe("");
      const inTip = new Set(await blobs(origin, "main^{tree}"));
      const older = (await blobs(origin, "main")).filter((oid) => !inTip.has(oid));
      expect(older.length).toBeGreaterThan(0);
      expect(await lacking(dir)).toEqual(older);

      expect(await inClone("log", "-p", "main")).toBe(
        await git(["-C", origin, "log", "-p", "main"]),
      );
      expect(await lacking(dir)).toEqual([]);

      await addStates(origin, states(12, 20));
      await inClone("pull", "-q", "--ff-only", "origin", "main");
      expect(await inClone("status", "--porcelain")).toBe("");
      expect(await inClone("rev-parse", "HEAD^{tree}")).toBe(
        await git(["-C", origin, "rev-parse", "main^{tree}"]),
      );
      expect((await lacking(dir)).length).toBeGreaterThan(0);
      expect((await tryGit(["-C", dir, "fsck", "--strict", "--no-dangling"])).stderr).toBe("");
    },
  );

  test("a shallow clone without files is completed", async () => {
    const origin = await makeIndexRepository(states(0, 12));
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    const shallow = ["--depth", "2", "--filter=blob:none"];
    await git([...protocol, "clone", "-q", ...shallow, server.url, dir]);
    expect(await git(["-C", dir, "status", "--porcelain"])).toBe("");
    await git([...protocol, "-C", dir, "fetch", "-q", "--unshallow"]);
    expect(await git(["-C", dir, "rev-list", "--count", "HEAD"])).toBe("12");
    expect((await lacking(dir)).length).toBeGreaterThan(0);
    expect((await tryGit(["-C", dir, "fsck", "--strict", "--no-dangling"])).stderr).toBe("");
  });

  test("only what the served branch leads to may be had, by whatever name", async () => {
    const origin = await makeIndexRepository(states(0, 5));
    const secrets = await secretOf(origin);
    using server = serveRepository(origin);
    const dir = join(tempDirectory(), "clone");
    await git(["init", "-q", dir]);
    const fetchObject = (oid: string) =>
      tryGit([...protocol, "-C", dir, "fetch", "-q", "--no-write-fetch-head", server.url, oid]);
    for (const oid of [...secrets, "1234567890".repeat(4)]) {
      const { code, stderr } = await fetchObject(oid);
      expect(code).not.toBe(0);
      expect(stderr).toContain(`not our ref ${oid}`);
    }
    const tree = await git(["-C", origin, "rev-parse", "main~2^{tree}"]);
    const [old] = await blobs(origin, "main~4^{tree}");
    for (const oid of [tree, old!]) expect(await fetchObject(oid)).toMatchObject({ code: 0 });
    const had = await git(["-C", dir, "cat-file", "--batch-all-objects", "--batch-check"]);
    expect(lines(had).map((line) => line.slice(0, 40))).toContain(old!);
    expect(await git(["-C", dir, "ls-tree", "-r", tree])).toBe(
      await git(["-C", origin, "ls-tree", "-r", tree]),
    );
  });
});

test.if(hasGit)("another filter is refused in words", async () => {
  const origin = await makeIndexRepository(states(0, 2));
  using server = serveRepository(origin);
  const dir = join(tempDirectory(), "clone");
  const { code, stderr } = await tryGit(["clone", "-q", "--filter=tree:0", server.url, dir]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("filter 'tree:0' not supported");
});
