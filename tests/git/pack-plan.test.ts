/** What is sent of a history, and as deltas to what: held against plain walks, and put together again. */
import { expect, test } from "bun:test";
import { inflateSync } from "node:zlib";
import { applyDelta } from "../../src/git/delta.ts";
import {
  createObjectBatch,
  createRepository,
  encodeCommit,
  isTree,
  type ObjectDatabase,
  type Oid,
  openObjectDatabase,
  repackNow,
  writeRef,
} from "../../src/git/mod.ts";
import { encodeTree, FILE_MODE, oidOf, TREE_MODE } from "../../src/git/object.ts";
import {
  type ItemOptions,
  type PlannedObject,
  packItems,
  planObjects,
} from "../../src/git/pack-plan.ts";
import type { PackItem } from "../../src/git/pack-writer.ts";
import { forAllAsync, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const MAIN = "refs/heads/main";
const MOST_DELTAS = 50;

interface History extends Disposable {
  readonly gitdir: string;
  readonly objects: ObjectDatabase;
  /** One after the other, the oldest first. */
  readonly commits: readonly Oid[];
}

/** How many lines each file has at each commit. */
type States = readonly (readonly number[])[];

const NAMES = ["a", "b", "c", "d"];
const content = (file: number, lines: number) =>
  Buffer.from(
    Array.from({ length: lines }, (_, at) => `file ${file} line ${at * 7919}\n`).join(""),
  );

/** Files in two directories, one of them in the other. */
async function historyOf(states: States): Promise<History> {
  const gitdir = tempDirectory("plan");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const commits: Oid[] = [];
  for (const [time, lines] of states.entries()) {
    const files = lines.map((count, file) => {
      return { mode: FILE_MODE, name: NAMES[file]!, oid: batch.add("blob", content(file, count)) };
    });
    const inner = batch.add("tree", encodeTree(files.slice(0, 2)));
    const outer = [...files.slice(2), { mode: TREE_MODE, name: "inner", oid: inner }];
    // A repository within the repository, which nobody has.
    const other = { mode: "160000", name: "other", oid: "1".repeat(40) };
    const tree = batch.add("tree", encodeTree([...outer, other]));
    const about = { tree, parents: commits.slice(-1), time, message: `${time}\n` };
    commits.push(batch.add("commit", encodeCommit(about, "Test <test@example.com>")));
  }
  await batch.write();
  await writeRef(gitdir, MAIN, commits.at(-1)!);
  return { gitdir, objects, commits, [Symbol.dispose]: () => objects.close() };
}

/** Files that mostly grow, and now and then are as they were. */
function randomStates(random: Random): States {
  const states: number[][] = [[3, 30, 10, 60]];
  for (let left = random.int(15); left > 0; left--) {
    const last = states.at(-1)!;
    states.push(
      last.map((count, file) => {
        if (random.chance(0.5)) return count;
        return random.chance(0.2) ? random.pick(states)[file]! : count + random.int(4);
      }),
    );
  }
  return states;
}

/** All that some commits are made of, without the commits before them. */
function parts({ objects }: History, commits: readonly Oid[]): Set<Oid> {
  const found = new Set<Oid>(commits);
  const visit = (tree: Oid): void => {
    found.add(tree);
    for (const entry of objects.tree(tree)) {
      if (isTree(entry)) visit(entry.oid);
      else if (entry.mode === FILE_MODE) found.add(entry.oid);
    }
  };
  for (const oid of commits) visit(objects.commit(oid).tree);
  return found;
}

/**
 * Puts items together as whoever gets them does, one after the other.
 *
 * @param others what may be a base beside the items before
 * @returns how many deltas lie under each
 */
function unpack(
  { objects }: History,
  items: Iterable<PackItem>,
  others: ReadonlySet<Oid>,
): Map<Oid, number> {
  const depths = new Map<Oid, number>();
  for (const { oid, entry, size, deflated } of items) {
    const data = inflateSync(deflated);
    expect(data.length).toBe(size);
    expect(depths.has(oid)).toBe(false);
    if (entry.kind === "ref-delta") {
      const before = depths.get(entry.base);
      expect(before !== undefined || others.has(entry.base)).toBe(true);
      const base = objects.read(entry.base);
      expect(oidOf(base.type, applyDelta(base.data, data))).toBe(oid);
      depths.set(oid, (before ?? 0) + 1);
    } else {
      expect(oidOf(entry.kind, data)).toBe(oid);
      depths.set(oid, 0);
    }
  }
  return depths;
}

const deltas = (depths: ReadonlyMap<Oid, number>) =>
  [...depths.values()].filter((depth) => depth > 0).length;

test("what a client with some commits lacks of others is planned, each once, the commits first", async () => {
  await forAllAsync(40, async (random) => {
    using history = await historyOf(randomStates(random));
    const { objects, commits } = history;
    const had = random.int(commits.length + 1);
    const [before, wanted] = [commits.slice(0, had), commits.slice(had).toReversed()];
    const planned = planObjects(objects, wanted, before.at(-1)).map(({ oid }) => oid);
    expect(new Set(planned).size).toBe(planned.length);
    expect(planned.slice(0, wanted.length)).toEqual(wanted);
    const all = parts(history, wanted);
    const lacking = all.difference(parts(history, before));
    expect(lacking.difference(new Set(planned))).toEqual(new Set());
    // It may have some of it from longer ago, but what it has now is not sent.
    const sent = all.difference(parts(history, before.slice(-1)));
    expect(new Set(planned).difference(sent)).toEqual(new Set());
  });
});

/** Deltas that lie in a pack are sent as they lie, when what they are deltas to is sent as well. */
function expectReused(objects: ObjectDatabase, planned: readonly PlannedObject[]): void {
  const oids = new Set(planned.map(({ oid }) => oid));
  for (const { oid, entry, deflated } of packItems(objects, planned)) {
    const stored = objects.stored(oid)!;
    if (stored.entry.kind !== "ref-delta" || !oids.has(stored.entry.base)) continue;
    expect(entry).toEqual(stored.entry);
    expect(deflated.equals(stored.deflated)).toBe(true);
  }
}

test("every delta has its base before it, or with the client when that is allowed", async () => {
  let [thin, thick] = [0, 0];
  await forAllAsync(40, async (random) => {
    using history = await historyOf(randomStates(random));
    const { objects, commits } = history;
    const had = random.int(commits.length + 1);
    const planned = planObjects(objects, commits.slice(had).toReversed(), commits[had - 1]);
    const oids = planned.map(({ oid }) => oid).sort();
    const check = (others: ReadonlySet<Oid>, options?: ItemOptions) => {
      const depths = unpack(history, packItems(objects, planned, options), others);
      expect([...depths.keys()].sort()).toEqual(oids);
      return deltas(depths);
    };
    const client = parts(history, commits.slice(Math.max(0, had - 1), had));
    thick += check(new Set());
    thin += check(client, { thin: true });
    const some = new Set([...client].filter(() => random.chance(0.5)));
    check(some, { isBefore: (oid) => some.has(oid) });
    // What lies in a pack as a delta is sent as that, when its base is.
    await repackNow(history.gitdir, objects, MAIN);
    const packed = { ...history, objects: openObjectDatabase(history.gitdir) };
    expectReused(packed.objects, planned);
    unpack(packed, packItems(packed.objects, planned), new Set());
    // Also when it comes before its base.
    const oldest = planObjects(packed.objects, commits, undefined);
    expectReused(packed.objects, oldest);
    unpack(packed, packItems(packed.objects, oldest), new Set());
    unpack(packed, packItems(packed.objects, planned, { thin: true }), client);
    packed.objects.close();
  });
  expect(thick).toBeGreaterThan(40);
  expect(thin).toBeGreaterThan(thick);
});

test("no object needs more than fifty deltas, and deltas go that far", async () => {
  const states = Array.from({ length: 120 }, (_, at) => [1, 1, 1, 100 + at]);
  using history = await historyOf(states);
  const { objects, commits, gitdir } = history;
  const planned = planObjects(objects, commits.toReversed(), undefined);
  const depths = unpack(history, packItems(objects, planned), new Set());
  expect(Math.max(...depths.values())).toBe(MOST_DELTAS);
  const files = [...depths].filter(([oid]) => objects.read(oid).type === "blob");
  expect(files.filter(([, depth]) => depth === 0).length).toBeLessThan(10);

  await repackNow(gitdir, objects, MAIN);
  const packed = openObjectDatabase(gitdir);
  const again = unpack({ ...history, objects: packed }, packItems(packed, planned), new Set());
  expect(Math.max(...again.values())).toBe(MOST_DELTAS);
  packed.close();
});

test("without files only commits and trees are planned, and of files those that are wanted", async () => {
  await forAllAsync(20, async (random) => {
    using history = await historyOf(randomStates(random));
    const { objects, commits } = history;
    const all = [...parts(history, commits)];
    const wanted = all.filter((oid) => objects.read(oid).type !== "commit" && random.chance(0.3));
    const tip = commits.at(-1)!;
    const options = { wanted, withoutBlobs: true };
    const planned = planObjects(objects, [tip], undefined, options).map(({ oid }) => oid);
    const trees = [...parts(history, [tip])].filter((oid) => objects.read(oid).type !== "blob");
    expect(new Set(planned).size).toBe(planned.length);
    const must = new Set([...trees, ...wanted]);
    expect(must.difference(new Set(planned))).toEqual(new Set());
    const files = planned.filter((oid) => objects.read(oid).type === "blob");
    expect(files.every((oid) => wanted.includes(oid))).toBe(true);
  });
});

test("a wanted directory comes with all that is in it", async () => {
  using history = await historyOf([[3, 30, 10, 60]]);
  const { objects, commits } = history;
  const { tree } = objects.commit(commits[0]!);
  const inner = objects.tree(tree).find(isTree)!.oid;
  const planned = planObjects(objects, [], undefined, { wanted: [inner, inner] });
  const files = objects.tree(inner).map(({ oid }) => oid);
  expect(planned.map(({ oid }) => oid)).toEqual([inner, ...files]);
});
