/**
 * Proves that a registry is whole: every archive hashes to its name, what the stored view lists is
 * here, every Git object is sound. Reads everything and writes nothing, unless it is to repair.
 */
import { type Sha256, storedSize } from "../../archives/mod.ts";
import { createBreath, stepped } from "../../breath.ts";
import { openContainer } from "../../bundles/mod.ts";
import { Failure } from "../../errors.ts";
import { isOid } from "../../git/mod.ts";
import type { Entry } from "../../index/mod.ts";
import { pointedArchives } from "../assets/pointers.ts";
import { ledgerProblems } from "../bundles/ledger.ts";
import type { ProblemKind, Report } from "../events.ts";
import type { Registry } from "../open.ts";
import { missedOwn } from "../own-branches.ts";
import { createProgress } from "../progress.ts";
import { unlessDamaged } from "../unless-damaged.ts";
import { alone } from "../writing.ts";
import { type Complain, checkGit, type Indexes, readIndexes, told } from "./check-index.ts";
import { putBackIndex } from "./put-back.ts";
import { remains } from "./remains.ts";
import { type Repaired, repair } from "./repair.ts";

export interface VerifyOptions {
  /** Fetch what is wrong again from the source that owns it. */
  readonly repair?: boolean;
  /** Take it from this bundle first: a file, a directory or `-`. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

export interface Problem {
  readonly kind: ProblemKind;
  /** An archive's hash, a Git object, a file. */
  readonly subject: string;
  readonly message: string;
  /** Whether this run has mended it. */
  readonly repaired: boolean;
}

export interface VerifySummary {
  readonly archives: number;
  readonly bytes: number;
  readonly objects: number;
  readonly problems: readonly Problem[];
  /** Archives that no index names: `gc` removes them. */
  readonly unreferenced: number;
  /** Archives that were listed, and not here, and have come out of a bundle. */
  readonly restored: number;
  readonly elapsedMs: number;
}

/**
 * What is wrong is reported when it is found, and is in the summary; it is no error.
 *
 * @throws {Failure} "busy" when it is to repair and another process writes; the signal's reason
 */
export async function verify(
  registry: Registry,
  options: VerifyOptions,
  report: Report,
): Promise<VerifySummary> {
  if (!options.repair) return await examine(registry, options, report);
  // Before all is looked through: a name that is wrong can be told at once.
  if (options.from !== undefined) await openContainer(options.from).close();
  return await alone(registry, "verify", () => examine(registry, options, report));
}

async function examine(
  registry: Registry,
  options: VerifyOptions,
  report: Report,
): Promise<VerifySummary> {
  const started = performance.now();
  const findings = await look(registry, options, report);
  const { problems, putBack, archives, bytes, objects, unreferenced } = findings;
  const repaired = await mend(registry, options, findings, report);
  const isSound = await foundSound(registry, options, findings);
  const isRepaired = ({ archive, subject, kind }: Found) =>
    archive === undefined
      ? putBack.has(subject) || (kind === "git" && isSound(subject))
      : repaired.archives.has(archive);
  return {
    archives,
    bytes,
    objects,
    problems: problems.map((found) => {
      const { archive: _, ...problem } = found;
      return { ...problem, repaired: isRepaired(found) };
    }),
    unreferenced,
    restored: repaired.restored,
    elapsedMs: performance.now() - started,
  };
}

interface Findings extends Pick<VerifySummary, "archives" | "bytes" | "objects" | "unreferenced"> {
  readonly problems: readonly Found[];
  /** What was put back before the look, so that it is looked at too: its subjects. */
  readonly putBack: ReadonlySet<string>;
  /** Archives that are here, with other bytes than their name says. */
  readonly bad: readonly Sha256[];
  /** Archives that something names, and that are not here. */
  readonly missing: readonly Sha256[];
}

interface Found extends Omit<Problem, "repaired"> {
  /** What would have to be had again. */
  readonly archive: Sha256 | undefined;
}

async function look(
  registry: Registry,
  { repair: mends, signal }: VerifyOptions,
  report: Report,
): Promise<Findings> {
  const problems: Found[] = [];
  const said = new Set<string>();
  const complain: Complain = (kind, subject, message, archive) => {
    // One damaged file can stand behind thousands of objects.
    const key = isOid(subject) ? message : `${subject}: ${message}`;
    if (said.has(key)) return;
    said.add(key);
    problems.push({ kind, subject, message, archive });
    report({ type: "problem", kind, subject, message });
  };

  const putBack = new Set<string>();
  if (mends) {
    const done = (kind: ProblemKind, subject: string, message: string) => {
      putBack.add(subject);
      complain(kind, subject, message);
    };
    await putBackIndex(registry, done, signal);
  }
  // The index before the store: an archive is always there before it is listed.
  const index = await readIndexes(registry, complain);
  const objects = await checkGit(registry, complain, signal);
  const isProven = !problems.some(({ kind }) => kind === "git");
  const missed = missedOwn(registry, isProven);
  for (const { kind, subject, failure } of missed) {
    // Of a ref that cannot be read is told already.
    const isTold = problems.some((problem) => problem.subject === subject);
    if (!isTold) complain(kind, subject, told(failure));
    for (const message of mends ? remains(registry, subject) : [])
      report({ type: "warning", message });
  }
  const checked = await checkArchives(registry, index.all, complain, report, signal);
  const stored = await registry.archives.list();
  const pointed = readPointed(registry, complain);
  const missing = findMissing(index, pointed, stored, complain);
  for (const file of await registry.archives.strays()) {
    complain("file", file, `${file} is no archive and does not belong here`);
  }
  for (const { path, message } of ledgerProblems(registry)) complain("file", path, message);
  const isNamed = (sha256: Sha256) => index.all.has(sha256) || pointed?.has(sha256);
  const unnamed =
    index.readable && pointed && missed.length === 0
      ? [...stored].filter((sha256) => !isNamed(sha256))
      : [];
  return { ...checked, problems, putBack, missing, objects, unreferenced: unnamed.length };
}

/** What stands beside the index; undefined when it is damaged, which is no reason to leave the rest as it is. */
function readPointed(
  registry: Registry,
  complain: Complain,
): ReadonlyMap<Sha256, string> | undefined {
  const pointed = unlessDamaged(() => pointedArchives(registry));
  if (!(pointed instanceof Failure)) return pointed;
  complain("file", registry.paths.root, told(pointed));
  return undefined;
}

/** Archives that something names, and that are not here. */
function findMissing(
  { listed, published }: Indexes,
  pointed: ReadonlyMap<Sha256, string> | undefined,
  stored: ReadonlySet<Sha256>,
  complain: Complain,
): Sha256[] {
  const missing: Sha256[] = [];
  const miss = (sha256: Sha256, subject: string, message: string) => {
    missing.push(sha256);
    complain("listing", subject, message, sha256);
  };
  const missEntry = (sha256: Sha256, { module, version }: Entry, why: string) =>
    miss(sha256, `${module}@${version}`, `${why}, and ${sha256} is not here`);
  for (const [sha256, entry] of listed) {
    if (!stored.has(sha256)) missEntry(sha256, entry, "it is listed as stored");
  }
  for (const [sha256, entry] of published) {
    if (stored.has(sha256) || listed.has(sha256)) continue;
    missEntry(sha256, entry, "it was published here");
  }
  for (const [sha256, file] of pointed ?? []) {
    if (!stored.has(sha256)) miss(sha256, file, `it names ${sha256}, which is not here`);
  }
  return missing;
}

/** Looks again at what was wrong with the index, if it was to be mended. @returns whether that is right now */
async function foundSound(
  registry: Registry,
  { repair: mends, signal }: VerifyOptions,
  { problems }: Findings,
): Promise<(subject: string) => boolean> {
  if (!mends || !problems.some(({ kind }) => kind === "git")) return () => false;
  const wrong = new Set<string>();
  const complain: Complain = (_, subject) => wrong.add(subject);
  await readIndexes(registry, complain);
  await checkGit(registry, complain, signal);
  for (const { subject } of missedOwn(registry)) wrong.add(subject);
  return (subject) => !wrong.has(subject);
}

/** Gets again what is wrong, and what else a bundle brings, where that is wished for. */
async function mend(
  registry: Registry,
  { repair: mends, from, signal }: VerifyOptions,
  { bad, missing, problems }: Findings,
  report: Report,
): Promise<Repaired> {
  const isAnything = problems.length > 0 || from !== undefined;
  return mends && isAnything
    ? await repair(registry, { bad, missing, from, signal }, report)
    : { archives: new Set(), restored: 0 };
}

async function checkArchives(
  { archives }: Registry,
  named: ReadonlyMap<Sha256, Entry>,
  complain: Complain,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<{ bad: Sha256[]; archives: number; bytes: number }> {
  // In the order of the disk's directories.
  const hashes = [...(await archives.list())].sort();
  const { bytes: all } = await storedSize(archives, hashes);
  report({ type: "checking", archives: hashes.length, bytes: all });
  const progress = createProgress(report, hashes.length);
  const breathe = createBreath(signal);
  const bad: Sha256[] = [];
  let bytes = 0;
  let done = 0;
  for (const sha256 of hashes) {
    const { size, problem, missing } = await stepped(archives.check(sha256), breathe);
    bytes += size;
    done++;
    if (problem !== undefined && !missing) {
      bad.push(sha256);
      complain("archive", sha256, `${describe(sha256, named)}: ${problem}`, sha256);
    }
    progress({ done, failed: bad.length, bytes });
    await breathe();
  }
  return { bad, archives: hashes.length, bytes };
}

function describe(sha256: Sha256, named: ReadonlyMap<Sha256, Entry>): string {
  const entry = named.get(sha256);
  return entry ? `${entry.module}@${entry.version}` : `${sha256} (which no index names)`;
}
