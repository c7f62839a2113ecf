/** Which of a module's versions a range means: the highest that matches. `docs/versions.md` tells the rules. */
import { compareBuild, parse, type SemVer } from "semver";
import { type Comparison, preReleaseOf, type Range, type Term } from "./range.ts";

/** One version that a range may choose. */
export interface Candidate {
  readonly version: string;
  readonly yanked: boolean;
}

/**
 * The version that a range means: the highest that matches. Of versions that differ in build metadata
 * only, the one with the highest metadata.
 *
 * @returns undefined when nothing matches
 */
export function selectVersion<C extends Candidate>(
  wanted: Range,
  candidates: readonly C[],
): C | undefined {
  const pinned = pinOf(wanted, candidates);
  if (pinned) return pinned;
  const matching = matchingCandidates(wanted, candidates);
  const standing = highest(matching.filter(({ candidate }) => !candidate.yanked));
  if (standing) return standing;
  if (wanted.terms.some(({ kind }) => kind === "exact")) return highest(matching);
  return lastResort(wanted, matching);
}

interface Parsed<C> {
  readonly candidate: C;
  readonly version: SemVer;
}

/** What an exact version names to the letter, with its build metadata; yanked or not. */
function pinOf<C extends Candidate>({ terms }: Range, candidates: readonly C[]): C | undefined {
  const [only] = terms;
  if (terms.length !== 1 || only?.kind !== "exact") return undefined;
  return candidates.find(({ version }) => version === only.version.raw);
}

function matchingCandidates<C extends Candidate>(
  { terms }: Range,
  candidates: readonly C[],
): Parsed<C>[] {
  const parsed = candidates.flatMap((candidate) => {
    const version = parse(candidate.version);
    return version ? [{ candidate, version }] : [];
  });
  const opened = terms.flatMap((term) => preReleaseIn(term) ?? []);
  const isOpen = openedPreReleases(opened, parsed);
  return parsed.filter(
    ({ version }) => isOpen(version) && terms.every((term) => holds(term, version, opened)),
  );
}

/** The pre-release that a term asks for. What is excluded is not asked for. */
function preReleaseIn(term: Term): SemVer | undefined {
  switch (term.kind) {
    case "pattern":
      return undefined;
    case "span":
      return term.opensTo;
    case "exact":
      return preReleaseOf(term.version);
    case "comparison":
      return term.operator === "!=" ? undefined : preReleaseOf(term.version);
  }
}

/**
 * Pre-releases are for those who ask for one: then of the same base version, and of base versions that
 * have been released and still stand.
 */
function openedPreReleases(
  opened: readonly SemVer[],
  all: readonly Parsed<Candidate>[],
): (version: SemVer) => boolean {
  if (opened.length === 0) return (version) => version.prerelease.length === 0;
  const bases = new Set(opened.map(baseOf));
  for (const { candidate, version } of all) {
    if (version.prerelease.length === 0 && !candidate.yanked) bases.add(baseOf(version));
  }
  return (version) => version.prerelease.length === 0 || bases.has(baseOf(version));
}

function baseOf({ major, minor, patch }: SemVer): string {
  return `${major}.${minor}.${patch}`;
}

function holds(term: Term, version: SemVer, opened: readonly SemVer[]): boolean {
  switch (term.kind) {
    case "exact":
      return isSame(term.version, version);
    case "span":
      return version.compare(term.low) >= 0 && version.compare(term.high) < 0;
    case "pattern": {
      const numbers = [version.major, version.minor, version.patch];
      return term.parts.every((part, at) => part === undefined || part === numbers[at]);
    }
    case "comparison":
      return compares(term.operator, version, term.version, opened);
  }
}

function compares(
  operator: Comparison,
  version: SemVer,
  bound: SemVer,
  opened: readonly SemVer[],
): boolean {
  switch (operator) {
    case ">":
      return version.compare(bound) > 0;
    case ">=":
      return version.compare(bound) >= 0;
    case "<=":
      return version.compare(bound) <= 0;
    case "!=":
      return !isSame(bound, version);
    case "<":
      return version.compare(bound) < 0 && !isPreReleaseOfBound(version, bound, opened);
  }
}

/** Who asks for less than 2.0.0 does not want 2.0.0-rc.1, unless they named a pre-release of 2.0.0. */
function isPreReleaseOfBound(version: SemVer, bound: SemVer, opened: readonly SemVer[]): boolean {
  const base = baseOf(bound);
  return (
    version.prerelease.length > 0 &&
    bound.prerelease.length === 0 &&
    baseOf(version) === base &&
    !opened.some((each) => baseOf(each) === base)
  );
}

/** Build metadata counts when it is asked for, and only then. */
function isSame(wanted: SemVer, version: SemVer): boolean {
  if (wanted.compare(version) !== 0) return false;
  return wanted.build.length === 0 || wanted.build.join(".") === version.build.join(".");
}

function highest<C>(matching: readonly Parsed<C>[]): C | undefined {
  let best: Parsed<C> | undefined;
  for (const each of matching) {
    if (!best || compareBuild(each.version, best.version) > 0) best = each;
  }
  return best?.candidate;
}

/**
 * Comparisons only: a yanked version that is the one match, and stands exactly on a boundary, is
 * better than a build that breaks.
 */
function lastResort<C>({ terms }: Range, matching: readonly Parsed<C>[]): C | undefined {
  const [only, ...others] = matching;
  if (!only || others.length > 0) return undefined;
  if (terms.some(({ kind }) => kind !== "comparison")) return undefined;
  const onBoundary = terms.some(
    (term) =>
      term.kind === "comparison" &&
      (term.operator === ">=" || term.operator === "<=") &&
      term.version.compare(only.version) === 0,
  );
  return onBoundary ? only.candidate : undefined;
}
