/** Which commits a fetch brings and where it cuts, held against plain walks through random histories. */
import { expect, test } from "bun:test";
import {
  allWantsMeet,
  isAncestor,
  missingCommits,
  planCut,
  reachable,
  UNCUT,
} from "../../src/git/history.ts";
import { createObjectBatch, createRepository, encodeCommit, type Oid } from "../../src/git/mod.ts";
import { encodeTree } from "../../src/git/object.ts";
import { type ObjectDatabase, openObjectDatabase } from "../../src/git/object-database.ts";
import { type Deepen, parseFetchV2 } from "../../src/git/protocol/fetch-request.ts";
import { forAllAsync, type Random } from "../support/random.ts";
import { tempDirectory } from "../support/temp.ts";

const START = 1_700_000_000;

interface History extends Disposable {
  readonly objects: ObjectDatabase;
  /** The oldest first: parents stand before their children. */
  readonly commits: readonly Oid[];
}

/** @param isTimely whether each commit is younger than its parents */
async function randomHistory(random: Random, isTimely = true): Promise<History> {
  const gitdir = tempDirectory("history");
  await createRepository(gitdir);
  const objects = openObjectDatabase(gitdir);
  const batch = createObjectBatch(gitdir, objects.has);
  const tree = batch.add("tree", encodeTree([]));
  const commits: Oid[] = [];
  const length = 1 + random.int(40);
  for (let at = 0; at < length; at++) {
    const count = at === 0 || random.chance(0.05) ? 0 : random.chance(0.3) ? 2 : 1;
    const parents = new Set<Oid>();
    for (let n = 0; n < count; n++) parents.add(commits[Math.max(0, at - 1 - random.int(6))]!);
    const late = isTimely || random.chance(0.7) ? 0 : random.int(1_000);
    const about = { tree, parents: [...parents], time: START + at * 60 - late, message: `${at}\n` };
    commits.push(batch.add("commit", encodeCommit(about, "Test <test@example.com>")));
  }
  await batch.write();
  return { objects, commits, [Symbol.dispose]: () => objects.close() };
}

const some = (random: Random, commits: readonly Oid[], most: number): Oid[] => [
  ...new Set(Array.from({ length: random.int(most + 1) }, () => random.pick(commits))),
];

/** All that some commits lead to, but what is behind the cut ones, by least distance. */
function walk(
  { objects }: History,
  tips: readonly Oid[],
  cut: ReadonlySet<Oid> = new Set(),
): Map<Oid, number> {
  const found = new Map<Oid, number>();
  let level = [...new Set(tips)];
  for (let distance = 1; level.length > 0; distance++) {
    for (const oid of level) found.set(oid, distance);
    const next = level.flatMap((oid) => (cut.has(oid) ? [] : objects.commit(oid).parents));
    level = [...new Set(next)].filter((oid) => !found.has(oid));
  }
  return found;
}

const asked = (
  wants: readonly Oid[],
  shallows: readonly Oid[],
  deepen: readonly string[] | undefined,
) =>
  parseFetchV2([
    ...wants.map((oid) => `want ${oid}`),
    ...shallows.map((oid) => `shallow ${oid}`),
    ...(deepen ?? []),
  ]);

/** A client: what it has, and where that is cut. */
function randomClient(random: Random, history: History) {
  const cuts = some(random, history.commits, 4);
  const haves = some(random, history.commits, 3);
  const owned = walk(history, haves, new Set(cuts));
  // A root is whole, and what it has not it cannot have cut.
  const shallows = cuts.filter(
    (oid) => owned.has(oid) && history.objects.commit(oid).parents.length > 0,
  );
  return { haves, owned, shallows };
}

const WISHES: readonly ((random: Random) => readonly string[] | undefined)[] = [
  () => undefined,
  (random) => [`deepen ${1 + random.int(8)}`],
  (random) => [`deepen ${1 + random.int(4)}`, "deepen-relative"],
  () => ["deepen 2147483647"],
  (random) => [`deepen-since ${START + random.int(40) * 60}`],
  () => ["deepen-not old"],
  (random) => [`deepen-since ${START + random.int(40) * 60}`, "deepen-not old"],
];

test("what a commit leads to, up to where one stops", async () => {
  await forAllAsync(30, async (random) => {
    using history = await randomHistory(random);
    const { objects, commits } = history;
    const tips = some(random, commits, 3);
    const stops = new Set(some(random, commits, 3));
    expect(reachable(objects, tips)).toEqual(new Set(walk(history, tips).keys()));
    expect(reachable(objects, tips, stops)).toEqual(new Set(walk(history, tips, stops).keys()));
    const [one, other] = [random.pick(commits), random.pick(commits)];
    expect(isAncestor(objects, one, other)).toBe(walk(history, [other]).has(one));
  });
});

/** Where a history is cut by that wish: the last commits of it, and those that come with their parents. */
function reach(
  history: History,
  wish: Deepen,
  wants: readonly Oid[],
  shallows: readonly Oid[],
  old: Oid,
) {
  const { objects } = history;
  const parents = (oid: Oid) => objects.commit(oid).parents;
  const last = new Set<Oid>();
  const whole = new Set<Oid>();
  if (wish.by === "depth") {
    const known = walk(history, wants);
    const starts = wish.relative ? shallows.filter((oid) => known.has(oid)) : wants;
    const depth = wish.relative ? wish.depth + 1 : wish.depth;
    for (const [oid, distance] of walk(history, starts)) {
      if (distance < depth || (distance === depth && parents(oid).length === 0)) whole.add(oid);
      else if (distance === depth) last.add(oid);
    }
    return { last, whole };
  }
  const hidden = wish.not.length > 0 ? walk(history, [old]) : new Map();
  const isKept = (oid: Oid) => !hidden.has(oid) && objects.commit(oid).time >= (wish.since ?? 0);
  const visit = (oid: Oid): void => {
    if (last.has(oid) || whole.has(oid)) return;
    (parents(oid).every(isKept) ? whole : last).add(oid);
    if (whole.has(oid)) parents(oid).forEach(visit);
  };
  wants.forEach(visit);
  return { last, whole };
}

test("a cut is where it was asked for, and the client is told what that changes", async () => {
  await forAllAsync(150, async (random) => {
    using history = await randomHistory(random);
    const { shallows } = randomClient(random, history);
    const wants = [random.pick(history.commits), ...some(random, history.commits, 2)];
    const old = random.pick(history.commits);
    const request = asked(wants, shallows, random.pick(WISHES)(random));
    const { after, update } = planCut(history.objects, request, (name) =>
      name === "old" ? old : undefined,
    );
    if (!request.deepen) {
      expect([after, update]).toEqual([new Set(shallows), undefined]);
      return;
    }
    const { last, whole } = reach(history, request.deepen, wants, shallows, old);
    const kept = shallows.filter((oid) => !whole.has(oid));
    expect(after).toEqual(new Set([...last, ...kept]));
    expect(new Set(update!.shallow)).toEqual(last.difference(new Set(shallows)));
    expect(new Set(update!.unshallow)).toEqual(new Set(shallows).intersection(whole));
  });
});

function planned(random: Random, history: History) {
  const client = randomClient(random, history);
  const wants = [random.pick(history.commits), ...some(random, history.commits, 2)];
  const old = random.pick(history.commits);
  const request = asked(wants, client.shallows, random.pick(WISHES)(random));
  const cut = planCut(history.objects, request, () => old);
  const before = new Set(client.shallows);
  const { commits, edge } = missingCommits(history.objects, wants, client.haves, before, cut);
  const more = cut.update?.unshallow.flatMap((oid) => history.objects.commit(oid).parents) ?? [];
  const wanted = new Set(walk(history, [...wants, ...more], cut.after).keys());
  return { ...client, wants, cut, commits, edge, wanted };
}

test("just what the client wants and has not is sent, the newest first", async () => {
  await forAllAsync(150, async (random) => {
    using history = await randomHistory(random);
    const { commits, cut, edge, owned, haves, wanted } = planned(random, history);
    const { objects } = history;
    const age = (oid: Oid) => -objects.commit(oid).time;
    const sent = [...wanted.difference(owned)];
    expect(commits).toEqual(sent.sort((a, b) => age(a) - age(b)));
    const besides = (oids: readonly Oid[]) =>
      oids.flatMap((oid) => objects.commit(oid).parents.filter((parent) => owned.has(parent)));
    // Where the history is cut nobody looks behind.
    const near = besides(commits.filter((oid) => !cut.after.has(oid))).length > 0;
    expect(near ? besides(commits) : [...owned.keys(), undefined]).toContain(edge);
    expect(edge === undefined).toBe(haves.length === 0);
  });
});

test("wrong clocks make it send more, and never less", async () => {
  await forAllAsync(150, async (random) => {
    using history = await randomHistory(random, false);
    const { commits, owned, wanted } = planned(random, history);
    expect(new Set(commits).size).toBe(commits.length);
    expect([...wanted.difference(owned)].filter((oid) => !commits.includes(oid))).toEqual([]);
    expect(commits.filter((oid) => !wanted.has(oid))).toEqual([]);
  });
});

test("it is enough when every want leads to something that the client has", async () => {
  await forAllAsync(100, async (random) => {
    using history = await randomHistory(random);
    const { commits, objects } = history;
    const wants = [random.pick(commits), ...some(random, commits, 1)];
    const common = some(random, commits, 3);
    const cut = new Set(some(random, commits, 3));
    const meets = (want: Oid) => common.some((oid) => walk(history, [want], cut).has(oid));
    expect(allWantsMeet(objects, wants, common, cut)).toBe(wants.every(meets));
  });
});

test("a history of nothing but merges is gone through once", async () => {
  const gitdir = tempDirectory("merges");
  await createRepository(gitdir);
  using objects = { ...openObjectDatabase(gitdir), [Symbol.dispose]: () => objects.close() };
  const batch = createObjectBatch(gitdir, objects.has);
  const tree = batch.add("tree", encodeTree([]));
  const commits: Oid[] = [];
  for (let at = 0; at < 60; at++) {
    // There are more ways from the last to the first than anybody could go.
    const about = { tree, parents: commits.slice(-2), time: START + at, message: `${at}\n` };
    commits.push(batch.add("commit", encodeCommit(about, "Test <test@example.com>")));
  }
  const other = { tree, parents: [], time: START, message: "other\n" };
  const stranger = batch.add("commit", encodeCommit(other, "Test <test@example.com>"));
  await batch.write();
  const tip = commits.at(-1)!;
  let reads = 0;
  const commit: ObjectDatabase["commit"] = (oid) => {
    if (++reads > 1_000) throw new Error("it goes the same ways again and again");
    return objects.commit(oid);
  };
  const counted = { ...objects, commit };
  expect(reachable(counted, [tip]).size).toBe(60);
  expect(allWantsMeet(counted, [tip], [stranger], new Set())).toBe(false);
  for (const deepen of [["deepen 50"], ["deepen-since 1"]]) {
    planCut(counted, asked([tip], [], deepen), () => undefined);
    reads = 0;
  }
  const { commits: missing } = missingCommits(counted, [tip], [stranger], new Set(), UNCUT);
  expect(missing).toHaveLength(60);
});
