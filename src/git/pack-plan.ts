/**
 * Which objects the commits to send are made of, and how each is best written: as it lies on disk,
 * as a delta to its former version, or whole.
 */
import { deflateSync } from "node:zlib";
import { atOnce } from "../breath.ts";
import { createDelta } from "./delta.ts";
import { isSubmodule, isTree, type Oid, type TreeEntry } from "./object.ts";
import { type ObjectReader, typed } from "./object-database.ts";
import { type PackItem, wholeItem } from "./pack-writer.ts";
import { differenceOf } from "./tree-diff.ts";

export interface PlannedObject {
  readonly oid: Oid;
  /** What stood at the same path before: a likely base for a delta. */
  readonly former?: Oid;
}

export interface PlanOptions {
  /** Trees and blobs that are wanted for themselves, whether the client has them or not. */
  readonly wanted?: readonly Oid[];
  /** Leave out all blobs but those. */
  readonly withoutBlobs?: boolean;
}

/** The objects of `commits` that a client with all of `edge` lacks, commits first. */
export function planObjects(
  objects: ObjectReader,
  commits: readonly Oid[],
  edge: Oid | undefined,
  options?: PlanOptions,
): PlannedObject[] {
  return atOnce(planSteps(objects, commits, edge, options));
}

/**
 * The same, a commit a step.
 *
 * Invariant: once a commit is done, the client has its whole tree; so a tree need only be compared
 * with the edge's and with the one done before.
 */
export function* planSteps(
  objects: ObjectReader,
  commits: readonly Oid[],
  edge: Oid | undefined,
  { wanted = [], withoutBlobs = false }: PlanOptions = {},
): Generator<undefined, PlannedObject[]> {
  const planned: PlannedObject[] = commits.map((oid) => ({ oid }));
  const seen = new Set<Oid>(commits);
  const edgeTree = edge === undefined ? undefined : objects.commit(edge).tree;
  let previous: Oid | undefined;

  /** Compared with again for every commit, so they are parsed once. */
  const edgeTrees = new Map<Oid, ReadonlyMap<string, TreeEntry>>();
  const edgeEntries = (oid: Oid): ReadonlyMap<string, TreeEntry> => {
    const parsed = edgeTrees.get(oid) ?? byName(objects.tree(oid));
    edgeTrees.set(oid, parsed);
    return parsed;
  };

  const walk = (oid: Oid, known: readonly Oid[]): void => {
    if (seen.has(oid) || known.includes(oid)) return;
    seen.add(oid);
    planned.push(withFormer(oid, known.at(-1)));
    const last = known.at(-1);
    const { entries, formers: middle } = last
      ? differenceOf(typed(objects, oid, "tree"), typed(objects, last, "tree"))
      : { entries: objects.tree(oid), formers: [] };
    if (entries.length === 0) return;
    const others = [...known.slice(0, -1).map(edgeEntries), byName(middle)];
    for (const entry of entries) {
      if (isSubmodule(entry) || seen.has(entry.oid)) continue;
      const formers = others.flatMap((tree) => tree.get(entry.name) ?? []);
      if (isTree(entry)) {
        walk(
          entry.oid,
          formers.filter(isTree).map((former) => former.oid),
        );
      } else if (!withoutBlobs && !formers.some((former) => former.oid === entry.oid)) {
        seen.add(entry.oid);
        planned.push(withFormer(entry.oid, formers.find((former) => !isTree(former))?.oid));
      }
    }
  };

  for (const commit of commits) {
    const { tree } = objects.commit(commit);
    const known = [edgeTree, previous].filter((oid) => oid !== undefined);
    walk(tree, known);
    previous = tree;
    yield;
  }
  for (const oid of wanted) {
    if (seen.has(oid)) continue;
    if (objects.read(oid).type === "tree") walk(oid, []);
    else {
      seen.add(oid);
      planned.push({ oid });
    }
  }
  return planned;
}

function withFormer(oid: Oid, former: Oid | undefined): PlannedObject {
  return former === undefined ? { oid } : { oid, former };
}

function byName(entries: readonly TreeEntry[]): Map<string, TreeEntry> {
  return new Map(entries.map((entry) => [entry.name, entry]));
}

/** Git's own default for how many deltas may have to be applied to get at an object. */
const MAX_CHAIN = 50;

/** Below this a delta saves nothing worth a look at its base. */
const MIN_DELTA_SIZE = 100;

export interface ItemOptions {
  /** Whether a delta may name a base that only the client has. */
  readonly thin?: boolean;
  /** What the pack holds before these items. */
  readonly isBefore?: (oid: Oid) => boolean;
}

/**
 * The planned objects as pack items, made one by one as they are asked for. The base of a delta is
 * always written before it (or, in a thin pack, with the client), so no two can be each other's base.
 */
export function* packItems(
  objects: ObjectReader,
  planned: readonly PlannedObject[],
  { thin = false, isBefore = () => false }: ItemOptions = {},
): Generator<PackItem> {
  const formers = new Map(planned.map(({ oid, former }) => [oid, former]));
  /** How many deltas lie under each object written so far. */
  const chain = new Map<Oid, number>();

  /** A delta to what stood at the same path before, when that pays. */
  const delta = (oid: Oid): PackItem | undefined => {
    const former = formers.get(oid);
    if (former === undefined || former === oid) return undefined;
    const isThere = isBefore(former) || (thin && !formers.has(former));
    const depth = chain.get(former) ?? (isThere ? 0 : undefined);
    if (depth === undefined || depth >= MAX_CHAIN) return undefined;
    const item = deltaItem(objects, oid, former);
    if (item) chain.set(oid, depth + 1);
    return item;
  };

  function* emit(oid: Oid): Generator<PackItem> {
    if (chain.has(oid)) return;
    const stored = objects.stored(oid);
    const base = stored?.entry.kind === "ref-delta" ? stored.entry.base : undefined;
    if (stored && base !== undefined && (formers.has(base) || isBefore(base))) {
      if (formers.has(base)) yield* emit(base);
      // Each repack may have put a newer version below its base.
      const depth = (chain.get(base) ?? 0) + 1;
      if (depth <= MAX_CHAIN) {
        chain.set(oid, depth);
        yield { oid, ...stored };
        return;
      }
    }
    const whole = base === undefined ? stored : undefined;
    const item = whole && whole.size < MIN_DELTA_SIZE ? undefined : delta(oid);
    if (!item) chain.set(oid, 0);
    yield item ?? (whole ? { oid, ...whole } : wholeItem(oid, objects.read(oid)));
  }

  for (const { oid } of planned) yield* emit(oid);
}

function deltaItem(objects: ObjectReader, oid: Oid, former: Oid): PackItem | undefined {
  const base = objects.read(former);
  const target = objects.read(oid);
  if (base.type !== target.type) return undefined;
  const delta = createDelta(base.data, target.data);
  if (delta.length > target.data.length / 2) return undefined;
  const entry = { kind: "ref-delta", base: former } as const;
  return { oid, entry, size: delta.length, deflated: deflateSync(delta) };
}
