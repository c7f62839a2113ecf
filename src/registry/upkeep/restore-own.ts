/**
 * Puts back the branches of which nobody else has a copy, as far as what is here says where they stood: by the note
 * beside the index, or by their own commits.
 */
import { existsSync } from "node:fs";
import { Failure } from "../../errors.ts";
import {
  type Commit,
  deleteRef,
  isAncestor,
  listRefs,
  type Oid,
  reachable,
  readRef,
  readShallow,
  writeRef,
} from "../../git/mod.ts";
import { saysBranch } from "../../index/mod.ts";
import {
  aboutNote,
  isWhole,
  missedOwn,
  notedTips,
  OWN,
  type OwnProblem,
  type OwnTips,
  type Place,
  writeNote,
} from "../own-branches.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { packedCommits } from "./packed-commits.ts";

/**
 * Puts back those that are lost or were set back, and of which every object is still here: nothing drops them as
 * long as they are missed. A note that cannot be read is made anew from branches that can, or that are found where
 * nobody can take them for others. Where there is no note, what is missing was given up: the branch goes on from
 * the newest that is left. The caller holds the lock.
 *
 * @param isNothingLost whether all that is here is named by something, were a branch there
 * @returns what it mended
 */
export async function restoreOwnTips(
  registry: Place,
  isNothingLost: (ref: string, tip: Oid) => Promise<boolean> = async () => false,
): Promise<OwnProblem[]> {
  const { paths } = registry;
  const noted = unlessDamaged(() => notedTips(registry));
  if (noted instanceof Failure) {
    const found = await findTips(registry, isNothingLost);
    // It is written for the first of them: there was one.
    if (found === undefined || found.size === 0) return [];
    const lost = [...found].filter(
      ([ref, tip]) => unlessDamaged(() => readRef(paths.index, ref)) !== tip,
    );
    for (const [ref, tip] of lost) await writeRef(paths.index, ref, tip);
    await writeNote(registry, found);
    const failure = (ref: string) => foundAgain(ref, found.get(ref)!);
    return [
      aboutNote(registry, noted),
      ...lost.map(([ref]): OwnProblem => ({ kind: "git", subject: ref, failure: failure(ref) })),
    ];
  }
  const isGivenUp = !existsSync(paths.published);
  const done: OwnProblem[] = [];
  for (const problem of missedOwn(registry)) {
    const ref = problem.subject;
    const before = noted.get(ref);
    if (before !== undefined && isRestorable(registry, ref, before)) {
      await writeRef(paths.index, ref, before);
      done.push(problem);
    } else if (isGivenUp) {
      const [newest, ...others] = lostTips(registry, ref);
      if (others.length > 0) continue;
      if (newest === undefined) await deleteRef(paths.index, ref);
      else await writeRef(paths.index, ref, newest.tip);
      done.push({ ...problem, failure: givenUp(ref, newest) });
    }
  }
  return done;
}

/**
 * Where they stand, or stood: of one whose ref is lost too, the only commit that it can be. Undefined when that
 * cannot be said of each of them.
 */
async function findTips(
  registry: Place,
  isNothingLost: (ref: string, tip: Oid) => Promise<boolean>,
): Promise<OwnTips | undefined> {
  const tips = new Map<string, Oid>();
  for (const ref of OWN) {
    const tip = unlessDamaged(() => readRef(registry.paths.index, ref));
    if (tip !== undefined && !(tip instanceof Failure)) {
      tips.set(ref, tip);
      continue;
    }
    const [only, ...others] = lostTips(registry, ref);
    if (only === undefined && tip === undefined) continue;
    if (!only || others.length > 0 || !(await isNothingLost(ref, only.tip))) return undefined;
    tips.set(ref, only.tip);
  }
  return tips;
}

export interface LostTip {
  readonly tip: Oid;
  /** Seconds since the epoch. */
  readonly time: number;
}

/**
 * Commits that a branch may have stood at, the newest first: made for it, with all that they lead to, and nothing
 * goes on from them. Whose packs these came with is not known, so of several none is to be chosen.
 */
export function lostTips({ paths, objects }: Place, ref: string): LostTip[] {
  const made = new Map<Oid, Commit>();
  const fetched = readShallow(paths.index);
  for (const [oid, commit] of packedCommits({ objects })) {
    if (!fetched.has(oid) && saysBranch(commit.message, ref)) made.set(oid, commit);
  }
  // What another registry's bundles brought is that one's.
  const refs = listRefs(paths.index, "refs/", () => {});
  refs.delete(ref);
  const others = unlessDamaged(() => reachable(objects, refs.values()));
  const taken = new Set(others instanceof Failure ? refs.values() : others);
  for (const { parents } of made.values()) for (const parent of parents) taken.add(parent);
  return [...made]
    .filter(([oid]) => !taken.has(oid) && isWhole({ objects }, oid))
    .map(([tip, { time }]) => ({ tip, time }))
    .sort((a, b) => b.time - a.time);
}

/** Whether nothing would be lost by that, and all of it is here. */
function isRestorable({ paths, objects }: Place, ref: string, before: Oid): boolean {
  const tip = unlessDamaged(() => readRef(paths.index, ref));
  if (tip !== undefined && !(tip instanceof Failure)) {
    const isBehind = unlessDamaged(() => isAncestor(objects, tip, before));
    if (isBehind !== true) return false;
  }
  return isWhole({ objects }, before);
}

const timeOf = (time: number): string => new Date(time * 1000).toISOString();

const foundAgain = (ref: string, tip: Oid): Failure =>
  new Failure("integrity", `${ref} was lost, and is found again: it stood at ${tip}`);

const givenUp = (ref: string, newest: LostTip | undefined): Failure =>
  new Failure(
    "integrity",
    newest === undefined
      ? `${ref} is lost, and there is no note of it: all that it had is given up`
      : `${ref} is lost, and there is no note of it: it goes on from ${newest.tip} of ${timeOf(newest.time)}, and what came after that is given up`,
  );
