import { expect, test } from "bun:test";
import { join } from "node:path";
import { createRepository, type Oid, openObjectDatabase, readRef } from "../../src/git/mod.ts";
import { followBranch, openSnapshot } from "../../src/index/mod.ts";
import { createRandom } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";
import { type SampleEntry, sampleIndex, writeIndexRepository } from "../support/upstream/mod.ts";

test("the list of a branch that moves is, in its order too, that of its commit", async () => {
  const seed = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9);
  const random = createRandom(seed);
  const gitdir = join(tempDirectory("branch"), "index");
  const all = sampleIndex();
  let entries: readonly SampleEntry[] = all.slice(0, 60);
  await writeIndexRepository(gitdir, entries);
  const objects = openObjectDatabase(gitdir);
  const follow = followBranch(gitdir, "refs/heads/main", objects);
  for (let step = 0; step < 12; step++) {
    const gone = random.int(entries.length);
    entries = random.chance(0.3)
      ? [...entries, random.pick(all)]
      : entries.filter((_, at) => at !== gone);
    await writeIndexRepository(gitdir, entries);
    if (random.chance(0.3)) continue;
    const tip = readRef(gitdir, "refs/heads/main")!;
    const list = [...openSnapshot(objects, tip).modules()];
    expect({ seed, step, list: [...follow()!.modules()] }).toEqual({ seed, step, list });
  }
  objects.close();
});

test("what changed is read of a branch that moves, and not all of it", async () => {
  const gitdir = join(tempDirectory("branch"), "index");
  await createRepository(gitdir);
  const entries = sampleIndex();
  await writeIndexRepository(gitdir, entries);
  const objects = openObjectDatabase(gitdir);
  const read: Oid[] = [];
  const follow = followBranch(gitdir, "refs/heads/main", {
    ...objects,
    read(oid) {
      read.push(oid);
      return objects.read(oid);
    },
    tree(oid) {
      read.push(oid);
      return objects.tree(oid);
    },
  });
  follow()!.modules();
  expect(read.length).toBeGreaterThan(15);
  read.length = 0;
  await writeIndexRepository(gitdir, entries.slice(0, -1));
  follow()!.modules();
  // The root, its folder and the owner's, before and after; the roots twice.
  expect(read.length).toBeLessThanOrEqual(8);
  objects.close();
});
