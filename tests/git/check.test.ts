/** What is proven of a repository's packs. */
import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ObjectProblem } from "../../src/git/check.ts";
import {
  checkPacks,
  createObjectBatch,
  createRepository,
  gatherIfMany,
} from "../../src/git/mod.ts";
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
  const sizes = [...checkPacks(gitdir, (problem) => problems.push(problem))];
  expect(sizes).toHaveLength(2);
  expect(problems).toEqual([{ subject: changed!, message: "the pack is not what was written" }]);
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
  expect([...check]).toEqual([]);
  expect(problems).toEqual([{ subject: gathered!, message: "the pack is not what was written" }]);
});
