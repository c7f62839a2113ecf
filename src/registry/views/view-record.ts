/**
 * What the served views were made of when they were made last, so that the next time only what is new
 * has to be looked at. It is a short cut and nothing else: where it is missing, or anything is not as
 * it says, the views are made from scratch, and come out the same.
 *
 *     data/views.json
 */
import type { Config } from "../../config/mod.ts";
import { readIfThere, writeDurably } from "../../files/mod.ts";
import { MissingObjectError, type ObjectReader, type Oid } from "../../git/mod.ts";
import { changedModules, openModules } from "../../index/mod.ts";
import { VERSION } from "../../version.ts";
import type { DataPaths } from "../paths.ts";
import type { HeldVersion } from "./policy.ts";

export interface ViewRecord {
  /** What the views are made of. */
  readonly inputs: ViewInputs;
  /** The trees that came out. */
  readonly views: ViewTrees;
  readonly held: readonly HeldVersion[];
  readonly bad: readonly BadIndexLine[];
  /** How many modules each origin has. */
  readonly counts: Readonly<Record<string, number>>;
  /** What was stored; see `store-change.ts`. */
  readonly stored: string;
  /** When they were made from scratch, in milliseconds since the epoch. */
  readonly madeAt: number;
}

export interface ViewInputs {
  /** The most trusted first. */
  readonly origins: readonly OriginState[];
  readonly policy: Config["policy"];
}

export interface OriginState {
  readonly name: string;
  readonly tree: Oid;
  readonly pins: Oid | null;
}

export interface ViewTrees {
  readonly all: Oid | null;
  readonly stored: Oid | null;
}

/** A line that no client could use, and that is in no view. */
export interface BadIndexLine {
  readonly module: string;
  readonly origin: string;
  readonly line: number;
  readonly problem: string;
}

/** What this program makes of its inputs; another version may make something else. */
const MADE_BY = `${VERSION} 2`;

/** Beyond this the short cut would be none. */
const MOST_REMARKS = 20_000;

/** From scratch once in a while, whatever is recorded, in milliseconds. */
const LONGEST = 86_400_000;

/** Undefined when there is none that this program understands. */
export function readViewRecord(paths: DataPaths): ViewRecord | undefined {
  const text = readIfThere(paths.views);
  if (text === undefined) return undefined;
  try {
    const { madeBy, record } = JSON.parse(text) as Recorded;
    return madeBy === MADE_BY ? (record ?? undefined) : undefined;
  } catch (error) {
    // Also what is JSON, but of another shape.
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

interface Recorded {
  readonly madeBy: string;
  readonly record: ViewRecord | null;
}

/**
 * Writes a record, unless it is the former. The views stand already: killed before this, the next
 * writer finds that they are not as recorded.
 */
export async function recordViews(
  paths: DataPaths,
  record: ViewRecord,
  former: ViewRecord | undefined,
): Promise<void> {
  if (former !== undefined && JSON.stringify(former) === JSON.stringify(record)) return;
  const isTooMuch = record.held.length + record.bad.length > MOST_REMARKS;
  const recorded: Recorded = { madeBy: MADE_BY, record: isTooMuch ? null : record };
  await writeDurably(paths.views, `${JSON.stringify(recorded)}\n`);
}

/** How many modules an origin has, by what they were before if that is known. */
export function countModules(
  objects: ObjectReader,
  record: ViewRecord | undefined,
  origin: string,
  tree: Oid,
): number {
  const before = record?.inputs.origins.find(({ name }) => name === origin);
  const count = record?.counts[origin];
  if (before !== undefined && count !== undefined) {
    try {
      const changes = [...changedModules(objects, before.tree, tree).values()];
      const added = changes.filter((change) => change.before === undefined).length;
      const removed = changes.filter((change) => change.after === undefined).length;
      return count + added - removed;
    } catch (error) {
      // The former tree may have been collected since.
      if (!(error instanceof MissingObjectError)) throw error;
    }
  }
  return [...openModules(objects, tree).keys()].length;
}

/**
 * The modules that may be shown otherwise than a record says, now that the inputs are these. All
 * others come out just the same: what a module is made of, it is made of alone.
 *
 * @param views the trees as they are
 * @param now milliseconds since the epoch
 * @returns undefined when nothing is to be concluded from the record
 */
export function staleModules(
  objects: ObjectReader,
  record: ViewRecord,
  { origins, policy }: ViewInputs,
  views: ViewTrees,
  now: number,
): Set<string> | undefined {
  const { inputs } = record;
  const age = now - record.madeAt;
  if (age < 0 || age > LONGEST) return undefined;
  if (record.views.all !== views.all || record.views.stored !== views.stored) return undefined;
  if (JSON.stringify(inputs.policy) !== JSON.stringify(policy)) return undefined;
  if (!inSameOrder(inputs.origins, origins)) return undefined;
  const stale = new Set<string>();
  const compare = (before: Oid | null | undefined, after: Oid | null | undefined) => {
    const changes = changedModules(objects, before ?? undefined, after ?? undefined);
    for (const module of changes.keys()) stale.add(module);
  };
  const before = new Map(inputs.origins.map((origin) => [origin.name, origin]));
  const after = new Map(origins.map((origin) => [origin.name, origin]));
  try {
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      compare(before.get(name)?.tree, after.get(name)?.tree);
      compare(before.get(name)?.pins, after.get(name)?.pins);
    }
  } catch (error) {
    // The former trees may have been collected since.
    if (error instanceof MissingObjectError) return undefined;
    throw error;
  }
  for (const { module, hold } of record.held) {
    if (hold.reason === "young" && hold.until <= now) stale.add(module);
  }
  return stale;
}

/** Whether those that are in both stand in the same order in both. */
function inSameOrder(before: readonly OriginState[], after: readonly OriginState[]): boolean {
  const names = (of: readonly OriginState[], others: readonly OriginState[]) =>
    of.map(({ name }) => name).filter((name) => others.some((other) => other.name === name));
  return names(before, after).join("\n") === names(after, before).join("\n");
}
