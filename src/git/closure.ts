/** All that a commit leads to. */
import type { ClosedPrefix } from "./closed-prefix.ts";
import { missingCommits, reachable, UNCUT } from "./history.ts";
import type { Oid } from "./object.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { type PlannedObject, planObjects } from "./pack-plan.ts";

/** What a repack has laid ready, and what has come since: together all that a commit leads to. */
export interface Closure {
  readonly prefix: ClosedPrefix;
  /** Nothing of it is in the prefix. */
  readonly since: readonly PlannedObject[];
}

/** The closure of a commit, or undefined when nothing of it is laid ready. */
export function closureOf(objects: ObjectDatabase, tip: Oid): Closure | undefined {
  for (const prefix of objects.closedPrefixes()) {
    const { commit } = prefix;
    const { commits } = missingCommits(objects, [tip], [commit], new Set(), UNCUT);
    const leadsThere = commits.some((oid) => objects.commit(oid).parents.includes(commit));
    if (tip !== commit && !leadsThere) continue;
    const planned = planObjects(objects, commits, commit);
    return { prefix, since: planned.filter(({ oid }) => prefix.offsetOf(oid) === undefined) };
  }
  return undefined;
}

/** Whether a commit leads to no more than so many that a repack has not laid ready. */
export function isNearlyReady(objects: ObjectDatabase, tip: Oid, most: number): boolean {
  const prefixes = objects.closedPrefixes();
  const isReady = (oid: Oid) => prefixes.some((prefix) => prefix.offsetOf(oid) !== undefined);
  const unready = new Set<Oid>();
  const queue = [tip];
  for (let oid = queue.pop(); oid !== undefined; oid = queue.pop()) {
    if (unready.has(oid) || isReady(oid)) continue;
    unready.add(oid);
    if (unready.size > most) return false;
    queue.push(...objects.commit(oid).parents);
  }
  return true;
}

/** Whether a commit leads to an object that is here. */
export type LeadsTo = (objects: ObjectDatabase, tip: Oid, oid: Oid) => boolean;

/**
 * For clients that fetch files one by one. Remembers what the last tip leads to: nearly all files
 * that are asked for stand in its own tree, and only the others take a walk through its history.
 */
export function createLeadsTo(): LeadsTo {
  let current: { tip: Oid; own: ReadonlySet<Oid>; all?: (oid: Oid) => boolean } | undefined;
  return (objects, tip, oid) => {
    if (current?.tip !== tip) {
      current = { tip, own: oidsOf(planObjects(objects, [tip], undefined)) };
    }
    if (current.own.has(oid)) return true;
    current.all ??= lookupAll(objects, tip);
    return current.all(oid);
  };
}

function lookupAll(objects: ObjectDatabase, tip: Oid): (oid: Oid) => boolean {
  const closure = closureOf(objects, tip);
  const planned = closure?.since ?? planObjects(objects, [...reachable(objects, [tip])], undefined);
  const oids = oidsOf(planned);
  return (oid) => oids.has(oid) || closure?.prefix.offsetOf(oid) !== undefined;
}

function oidsOf(planned: readonly PlannedObject[]): Set<Oid> {
  return new Set(planned.map(({ oid }) => oid));
}
