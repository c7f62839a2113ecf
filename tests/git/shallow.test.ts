/** The list of commits whose parents were never fetched. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRepository } from "../../src/git/mod.ts";
import { addShallow, readShallow } from "../../src/git/shallow.ts";
import { hasGit, tryGit } from "../support/git.ts";
import { tempDirectory } from "../support/temp.ts";

test("what many add at once is all there, one a line, each once, as git reads it", async () => {
  const gitdir = tempDirectory("shallow");
  await createRepository(gitdir);
  const oids = ["a", "b", "c", "d"].map((digit) => digit.repeat(40));
  const added = [[oids[0]!, oids[1]!], [oids[1]!, oids[2]!], [], [oids[3]!]];
  await Promise.all(added.map((each) => addShallow(gitdir, each)));
  expect([...readShallow(gitdir)]).toEqual(oids);
  await addShallow(gitdir, oids);
  expect(readFileSync(join(gitdir, "shallow"), "utf8")).toBe(`${oids.join("\n")}\n`);
  expect([...readShallow(gitdir)]).toEqual(oids);
  if (!hasGit) return;
  const { stdout } = await tryGit(["-C", gitdir, "rev-parse", "--is-shallow-repository"]);
  expect(stdout).toBe("true\n");
  expect((await tryGit(["-C", gitdir, "rev-list", "--all"])).stderr).toBe("");
});

test("who cannot write it keeps nobody else from it", async () => {
  const gitdir = tempDirectory("shallow");
  await createRepository(gitdir);
  const nowhere = addShallow(join(gitdir, "HEAD"), ["a".repeat(40)]);
  const here = addShallow(gitdir, ["b".repeat(40)]);
  await expect(nowhere).rejects.toThrow();
  await here;
  expect([...readShallow(gitdir)]).toEqual(["b".repeat(40)]);
});
