/**
 * The branches of which nobody else has a copy: what was published here, and KnitPkg's projects. They only
 * grow. Where each of them stood last is noted beside the index, so that one that was lost or set back, with
 * the index or alone, is not taken for one that never was: what is served, and what is waste, would follow.
 *
 *     data/published.json    {"refs/heads/published":"<commit>"}
 */
import { Failure } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import {
  type Commit,
  checkReachable,
  isAncestor,
  isOid,
  type ObjectReader,
  type Oid,
  readRef,
} from "../git/mod.ts";
import { saysBranch } from "../index/mod.ts";
import type { ProblemKind } from "./events.ts";
import { readJsonFile } from "./json-file.ts";
import type { Registry } from "./open.ts";
import { KNITPKG, PUBLISHED } from "./paths.ts";
import { unlessDamaged } from "./unless-damaged.ts";

/** Where each of them stands, or stood; none that there never was. */
export type OwnTips = ReadonlyMap<string, Oid>;

export type Place = Pick<Registry, "paths" | "objects">;

export const OWN: readonly string[] = [PUBLISHED, KNITPKG];

/**
 * Where they stand.
 *
 * @throws {Failure} "integrity" when one is not, or not any more, what it was
 */
export function ownTips(registry: Place): OwnTips {
  // The note first: a publication that goes in meanwhile may be ahead of it, and never behind.
  const noted = notedTips(registry);
  return standingTips(registry, noted);
}

/** @throws {Failure} as `ownTips` */
function standingTips(registry: Place, noted: OwnTips): OwnTips {
  return tipsBy((ref) => standing(registry, noted, ref));
}

/**
 * Where they stand as far as anybody can say, for who only reads: of one that is missed, where it stood, while that
 * commit is here. Whatever makes something of them asks `ownTips`.
 *
 * @returns undefined when nobody can say
 */
export function readableOwnTips(registry: Place): OwnTips | undefined {
  const noted = unlessDamaged(() => notedTips(registry));
  const known: OwnTips = noted instanceof Failure ? new Map() : noted;
  const tips = unlessDamaged(() =>
    tipsBy((ref) => {
      const tip = unlessDamaged(() => standing(registry, known, ref));
      const before = known.get(ref);
      if (!(tip instanceof Failure)) return tip;
      if (before !== undefined && registry.objects.has(before)) return before;
      throw tip;
    }),
  );
  // A note is written for the first of them: there was one.
  const isUnknown = tips instanceof Failure || (noted instanceof Failure && tips.size === 0);
  return isUnknown ? undefined : tips;
}

/** Of those the ones that are whole: none when nobody can say where they stand. */
export function soundOwnTips(registry: Place): OwnTips {
  const tips = readableOwnTips(registry) ?? new Map<string, Oid>();
  return new Map([...tips].filter(([, tip]) => isWhole(registry, tip)));
}

/** @throws {Failure} "integrity" when it is not, or not any more, what was noted */
function standing(registry: Place, noted: OwnTips, ref: string): Oid | undefined {
  const tip = readRef(registry.paths.index, ref);
  const before = noted.get(ref);
  if (before !== undefined && !goesOn(registry.objects, before, tip)) throw lost(registry, ref);
  return tip;
}

function tipsBy(find: (ref: string) => Oid | undefined): OwnTips {
  const tips = OWN.map((ref) => [ref, find(ref)] as const);
  return new Map(tips.flatMap(([ref, tip]) => (tip === undefined ? [] : [[ref, tip]])));
}

/** Whether a commit is another or came after it. */
function goesOn(objects: ObjectReader, before: Oid, tip: Oid | undefined): boolean {
  return tip !== undefined && (tip === before || isAncestor(objects, before, tip));
}

function lost(registry: Pick<Registry, "paths">, ref: string): Failure {
  const what = ref === PUBLISHED ? "what was published here" : "what KnitPkg registered here";
  return new Failure(
    "integrity",
    `${what} is gone from ${registry.paths.index}, or was set back: ${ref} is not as ${registry.paths.published} has it`,
    `run \`verify --repair\`, restore the data directory from a backup, or \`import --anyway\` a bundle that has it; ${lastResort(registry)}`,
  );
}

const lastResort = (registry: Pick<Registry, "paths">): string =>
  `when nobody has it any more, putting ${registry.paths.published} away gives up, for good, what is missing: \`verify --repair\` then goes on from what is left`;

export function notedTips(registry: Pick<Registry, "paths">): OwnTips {
  const hint =
    "restore it from a backup; `verify --repair` notes anew what the index has, or says what is left";
  return readJsonFile(registry.paths.published, hint, tipsIn) ?? new Map();
}

function tipsIn(json: unknown): OwnTips {
  const tips = new Map(Object.entries(json as Record<string, unknown>));
  for (const [ref, tip] of tips) {
    if (!OWN.includes(ref) || !isOid(String(tip))) {
      throw new TypeError("it names no branches");
    }
  }
  return tips as Map<string, Oid>;
}

/** Notes where they stand now. The caller holds the lock. @throws {Failure} as `ownTips` */
export async function noteOwnTips(registry: Place): Promise<void> {
  const noted = notedTips(registry);
  const now = standingTips(registry, noted);
  if ([...now].every(([ref, tip]) => noted.get(ref) === tip)) return;
  await writeNote(registry, now);
}

export async function writeNote(registry: Pick<Registry, "paths">, tips: OwnTips): Promise<void> {
  await writeDurably(registry.paths.published, `${JSON.stringify(Object.fromEntries(tips))}\n`);
}

/**
 * Refuses what would leave one of them behind where it stood.
 *
 * @param planned where refs are to be
 * @param objects those that are here and those that come
 * @throws {Failure} "integrity"
 */
export function requireOwnTips(
  registry: Place,
  planned: ReadonlyMap<string, Oid>,
  objects: ObjectReader,
): void {
  for (const [ref, before] of notedTips(registry)) {
    const tip = planned.get(ref) ?? readRef(registry.paths.index, ref);
    if (goesOn(objects, before, tip)) continue;
    throw new Failure(
      "integrity",
      `the bundle does not have all that was published here: ${ref} stood at ${before}`,
      `take a newer one; to give up what it lacks, for good, put ${registry.paths.published} away first`,
    );
  }
}

/** Whether a commit says that it is of one of them. */
export function isOwnCommit({ message }: Pick<Commit, "message">): boolean {
  return OWN.some((ref) => saysBranch(message, ref));
}

/** What is wrong with them. */
export interface OwnProblem {
  readonly kind: ProblemKind;
  /** A ref, or the note. */
  readonly subject: string;
  readonly failure: Failure;
}

/**
 * Those that are not what they were, or of which objects are missing, or the note when it cannot be read.
 *
 * @param isProven whether all that refs lead to was just found sound: to look for it takes long, and lets nobody have a turn
 */
export function missedOwn(registry: Place, isProven = false): OwnProblem[] {
  const noted = unlessDamaged(() => notedTips(registry));
  if (noted instanceof Failure) return [aboutNote(registry, noted)];
  return OWN.flatMap((ref) => {
    const found = unlessDamaged(() => standing(registry, noted, ref));
    const isSound =
      found === undefined ||
      (!(found instanceof Failure) && (isProven || isWhole(registry, found)));
    if (isSound) return [];
    const failure = found instanceof Failure ? found : incomplete(registry, ref, found);
    return [{ kind: "git", subject: ref, failure }];
  });
}

function incomplete(registry: Place, ref: string, tip: Oid): Failure {
  return new Failure(
    "integrity",
    `${ref} stood at ${tip}, of which objects are missing`,
    `run \`verify --repair\`, restore the data directory from a backup, or \`import --anyway\` a bundle that has them; ${lastResort(registry)}`,
  );
}

/** Whether all that a commit leads to is here. */
export function isWhole({ objects }: Pick<Place, "objects">, tip: Oid): boolean {
  let whole = true;
  for (const _ of checkReachable(objects, new Map([["", tip]]), () => (whole = false)));
  return whole;
}

export const aboutNote = (registry: Pick<Registry, "paths">, failure: Failure): OwnProblem => ({
  kind: "file",
  subject: registry.paths.published,
  failure,
});
