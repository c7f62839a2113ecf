/**
 * Which commits a client is to be sent: those that its wants reach and its haves do not, under the
 * cut of its history before and after this fetch. Source: gitprotocol-pack(5), "Reference Discovery"
 * to "Packfile Negotiation"; git-rev-list(1) for the meaning of reaching.
 */

import { atOnce } from "../breath.ts";
import type { Oid } from "./object.ts";
import type { ObjectReader } from "./object-database.ts";
import type { Deepen, FetchRequest } from "./protocol/fetch-request.ts";
import type { ShallowUpdate } from "./protocol/fetch-response.ts";

/** Git's own number for `--unshallow`. */
const INFINITE_DEPTH = 0x7fffffff;

/** Every commit that is reachable from some tips, themselves included. */
export function reachable(
  objects: ObjectReader,
  tips: Iterable<Oid>,
  stopAt?: ReadonlySet<Oid>,
): Set<Oid> {
  return atOnce(reachSteps(objects, tips, stopAt));
}

/** The same, a commit a step. */
export function* reachSteps(
  objects: ObjectReader,
  tips: Iterable<Oid>,
  stopAt?: ReadonlySet<Oid>,
): Generator<undefined, Set<Oid>> {
  const seen = new Set<Oid>();
  const queue = [...tips];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    if (!stopAt?.has(oid)) queue.push(...objects.commit(oid).parents);
    yield;
  }
  return seen;
}

/** Whether a commit is another, or goes back to it. */
export function isAncestor(objects: ObjectReader, ancestor: Oid, tip: Oid): boolean {
  return reachable(objects, [tip], new Set([ancestor])).has(ancestor);
}

/** How the client's history is cut after the fetch, and what changes about the cut. */
export interface Cut {
  /** Commits whose parents the client will lack. */
  readonly after: ReadonlySet<Oid>;
  /** What to tell the client, when it asked for a cut. */
  readonly update: ShallowUpdate | undefined;
}

export const UNCUT: Cut = { after: new Set(), update: undefined };

/** @param resolveRef what a `deepen-not` names */
export function planCut(
  objects: ObjectReader,
  request: FetchRequest,
  resolveRef: (name: string) => Oid | undefined,
): Cut {
  const before = new Set(request.shallows);
  if (!request.deepen) return { after: before, update: undefined };
  const { boundary, inside } = deepen(objects, request, request.deepen, resolveRef);
  const unshallow = request.shallows.filter((oid) => inside.has(oid));
  const shallow = [...boundary].filter((oid) => !before.has(oid));
  const after = new Set([...request.shallows.filter((oid) => !inside.has(oid)), ...boundary]);
  return { after, update: { shallow, unshallow } };
}

interface Reach {
  /** The last commits that the client gets. */
  readonly boundary: ReadonlySet<Oid>;
  /** Commits that it gets together with their parents. */
  readonly inside: ReadonlySet<Oid>;
}

function deepen(
  objects: ObjectReader,
  request: FetchRequest,
  wish: Deepen,
  resolveRef: (name: string) => Oid | undefined,
): Reach {
  if (wish.by === "revision") {
    const excluded = wish.not.flatMap((name) => resolveRef(name) ?? []);
    const hidden = reachable(objects, excluded);
    const since = wish.since ?? 0;
    return reachWhile(objects, request.wants, (oid) => {
      return !hidden.has(oid) && objects.commit(oid).time >= since;
    });
  }
  if (wish.depth >= INFINITE_DEPTH) {
    return { boundary: new Set(), inside: reachable(objects, request.wants) };
  }
  if (!wish.relative) return reachDepth(objects, request.wants, wish.depth);
  const known = reachable(objects, request.wants);
  const starts = request.shallows.filter((oid) => known.has(oid));
  return reachDepth(objects, starts, wish.depth + 1);
}

/** Breadth first, so that each commit is met at its least depth. The tips are at depth 1. */
function reachDepth(objects: ObjectReader, tips: readonly Oid[], depth: number): Reach {
  const boundary = new Set<Oid>();
  const inside = new Set<Oid>();
  let level = new Set(tips);
  for (let at = 1; level.size > 0; at++) {
    const next = new Set<Oid>();
    for (const oid of level) {
      const { parents } = objects.commit(oid);
      // A root has no parents to lack: its clone is complete.
      if (at === depth && parents.length > 0) boundary.add(oid);
      else inside.add(oid);
      if (at < depth) for (const parent of parents) next.add(parent);
    }
    level = new Set([...next].filter((oid) => !inside.has(oid)));
  }
  return { boundary, inside };
}

/** The boundary is every kept commit that has a parent which is not kept. The tips are always kept. */
function reachWhile(
  objects: ObjectReader,
  tips: readonly Oid[],
  keep: (oid: Oid) => boolean,
): Reach {
  const boundary = new Set<Oid>();
  const inside = new Set<Oid>();
  const queue = [...tips];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (inside.has(oid) || boundary.has(oid)) continue;
    const { parents } = objects.commit(oid);
    const kept = parents.filter(keep);
    if (kept.length < parents.length) boundary.add(oid);
    else {
      inside.add(oid);
      queue.push(...kept);
    }
  }
  return { boundary, inside };
}

/** What is sent, newest first, and one commit of the client's that is close to it. */
export interface Missing {
  readonly commits: readonly Oid[];
  readonly edge: Oid | undefined;
}

const WANTED = 1;
const OWNED = 2;

/**
 * Paints history from both ends, newest commit first, and stops where only what the client owns is
 * left. Wrong clocks make it send more than needed, never less.
 *
 * @param haves commits of the client's that are here
 * @param before commits whose parents the client lacks now
 * @param cut how its history is to be cut
 */
export function missingCommits(
  objects: ObjectReader,
  wants: readonly Oid[],
  haves: readonly Oid[],
  before: ReadonlySet<Oid>,
  cut: Cut,
): Missing {
  const flags = new Map<Oid, number>();
  const queue = createQueue();
  let open = 0; // queued commits that may still have to be sent
  const mark = (oid: Oid, flag: number) => {
    const old = flags.get(oid) ?? 0;
    const now = old | flag;
    if (now === old) return;
    flags.set(oid, now);
    if (!queue.has(oid)) {
      queue.push(oid, objects.commit(oid).time);
      if (now === WANTED) open++;
    } else if (old === WANTED) {
      open--;
    }
  };
  for (const oid of haves) mark(oid, OWNED);
  for (const oid of wants) mark(oid, WANTED);
  // The client owns these, and now wants what is behind them.
  for (const oid of cut.update?.unshallow ?? []) {
    for (const parent of objects.commit(oid).parents) mark(parent, WANTED);
  }

  const order = new Set<Oid>();
  while (open > 0) {
    const oid = queue.pop();
    if (oid === undefined) break;
    const { parents } = objects.commit(oid);
    if (flags.get(oid) === WANTED) {
      open--;
      order.add(oid);
      if (!cut.after.has(oid)) for (const parent of parents) mark(parent, WANTED);
    } else if (!before.has(oid)) {
      for (const parent of parents) mark(parent, OWNED);
    }
  }
  const commits = [...order].filter((oid) => flags.get(oid) === WANTED);
  const owned = (oid: Oid) => ((flags.get(oid) ?? 0) & OWNED) !== 0;
  const edges = commits.flatMap((oid) => objects.commit(oid).parents.filter(owned));
  return { commits, edge: edges[0] ?? haves[0] };
}

/** Commits by time, newest first: a binary heap that knows what it holds. */
function createQueue() {
  const heap: { oid: Oid; time: number }[] = [];
  const held = new Set<Oid>();
  const swap = (a: number, b: number) => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };
  return {
    has: (oid: Oid) => held.has(oid),
    push(oid: Oid, time: number) {
      held.add(oid);
      let at = heap.push({ oid, time }) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (heap[parent]!.time >= heap[at]!.time) break;
        swap(at, parent);
        at = parent;
      }
    },
    pop(): Oid | undefined {
      const top = heap[0];
      const last = heap.pop();
      if (!top || !last) return undefined;
      held.delete(top.oid);
      if (heap.length > 0) heap[0] = last;
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        const right = left + 1;
        let newest = at;
        if (left < heap.length && heap[left]!.time > heap[newest]!.time) newest = left;
        if (right < heap.length && heap[right]!.time > heap[newest]!.time) newest = right;
        if (newest === at) break;
        swap(at, newest);
        at = newest;
      }
      return top.oid;
    },
  };
}

/** Whether every want reaches something that the client has, so that more haves would not help. */
export function allWantsMeet(
  objects: ObjectReader,
  wants: readonly Oid[],
  common: readonly Oid[],
  cut: ReadonlySet<Oid>,
): boolean {
  if (common.length === 0) return false;
  const owned = new Set(common);
  const oldest = Math.min(...common.map((oid) => objects.commit(oid).time));
  return wants.every((want) => {
    const seen = new Set<Oid>();
    const queue = [want];
    for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
      if (owned.has(oid)) return true;
      if (seen.has(oid) || cut.has(oid)) continue;
      seen.add(oid);
      const { parents, time } = objects.commit(oid);
      if (time >= oldest) queue.push(...parents);
    }
    return false;
  });
}
