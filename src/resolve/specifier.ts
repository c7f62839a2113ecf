/**
 * Version ranges, as KnitPkg writes them and as this registry takes them everywhere:
 *
 *     1.2.3  =1.2.3             exactly this version
 *     ^1.2.3  ^0.2.3  ^1.2      below the next change of the left-most part that is not 0
 *     ~1.2.3  ~1.2  ~1          below the next minor; with a major alone, below the next major
 *     *  x  1.x  1.2.*          any number there
 *     >=1.0.0 <2.0.0 !=1.2.1    comparisons; all must hold
 *
 * The highest match wins. `docs/versions.md` tells the rules, and where npm's differ.
 * Source: KnitPkg, "Version Ranges Reference".
 */
import { compareBuild, parse, SemVer } from "semver";
import { Failure } from "../errors.ts";

/** A range that was understood. */
export interface Specifier {
  /** As it was written, less the space around it. */
  readonly text: string;
  /** All must hold. */
  readonly terms: readonly Term[];
}

/** One version that a range may choose. */
export interface Candidate {
  readonly version: string;
  readonly yanked: boolean;
}

type Comparison = ">" | ">=" | "<" | "<=" | "!=";

type Term =
  | { readonly kind: "exact"; readonly version: SemVer }
  | { readonly kind: "comparison"; readonly operator: Comparison; readonly version: SemVer }
  /** From `low`, below `high`; `opensTo` is a pre-release that was written. */
  | {
      readonly kind: "span";
      readonly low: SemVer;
      readonly high: SemVer;
      readonly opensTo: SemVer | undefined;
    }
  /** Numbers where they must stand, undefined where any may. */
  | { readonly kind: "pattern"; readonly parts: Parts<number | undefined> };

type Parts<T> = readonly [T, T, T];

/** Longer ones are no ranges that a person wrote. */
const MAX_LENGTH = 256;
/** One less than what a number holds exactly: a span ends at the number after. */
const MAX_NUMBER = Number.MAX_SAFE_INTEGER - 1;

const EXAMPLES = "ranges look like `1.2.3`, `^1.2.0`, `~1.2`, `1.x` or `>=1.0.0 <2.0.0`";

/** @throws {Failure} "invalid", with the right spelling where it can be guessed */
export function parseSpecifier(text: string): Specifier {
  const trimmed = text.trim();
  if (trimmed === "")
    throw invalid(text, "it is empty", `${EXAMPLES}; \`*\` is the newest release`);
  if (trimmed.length > MAX_LENGTH) {
    throw invalid(`${trimmed.slice(0, 40)}…`, `it is longer than ${MAX_LENGTH} characters`);
  }
  checkWhole(trimmed);
  // An operator may stand apart from its version: `>= 1.0.0`.
  const words = trimmed.replace(/([<>=!^~])\s+/g, "$1").split(/\s+/);
  return { text: trimmed, terms: words.map((word) => parseTerm(trimmed, word)) };
}

/**
 * The version that a range means: the highest that matches. Of versions that differ in build metadata
 * only, the one with the highest metadata.
 *
 * @returns undefined when nothing matches
 */
export function selectVersion<C extends Candidate>(
  wanted: Specifier,
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

/** Forms of other tools, which a word-wise reading would call by a misleading name. */
function checkWhole(text: string): void {
  if (text.includes("||")) {
    throw invalid(text, "alternatives are not known", "ask for one range at a time");
  }
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
  if (hyphen) {
    throw invalid(text, "hyphen ranges are not known", `write \`>=${hyphen[1]} <=${hyphen[2]}\``);
  }
  if (text.includes(",")) {
    const spaced = text.replace(/\s*,\s*/g, " ").trim();
    throw invalid(text, "comparisons are joined by spaces", `write \`${spaced}\``);
  }
}

/** Whatever begins with an operator, and the rest. */
const WORD = /^([<>=!^~]*)(.*)$/s;
const OPERATORS: ReadonlySet<string> = new Set(["", "=", "^", "~", ">", ">=", "<", "<=", "!="]);
/** Spellings of other tools. */
const MEANT: Readonly<Record<string, string>> = {
  "==": "=",
  "===": "=",
  "=>": ">=",
  "=<": "<=",
  "<>": "!=",
  "!": "!=",
  "!==": "!=",
  "~=": "~",
  "=~": "~",
  "~>": "~",
  "^=": "^",
};

function parseTerm(text: string, word: string): Term {
  const [, operator = "", rest = ""] = WORD.exec(word)!;
  if (!OPERATORS.has(operator)) {
    const meant = MEANT[operator];
    const hint = meant === undefined ? EXAMPLES : `write \`${meant}${rest}\``;
    throw invalid(text, `there is no operator ${operator}`, hint);
  }
  if (rest === "") throw invalid(text, `no version follows ${operator}`, EXAMPLES);
  if (/^v\d/i.test(rest)) {
    throw invalid(text, "versions have no v in front", `write \`${operator}${rest.slice(1)}\``);
  }
  const parts = partsOf(rest);
  if (parts?.includes("x")) return wildcard(text, operator, parts);
  if (parts && parts.length < 3) return shortened(text, operator, parts.map(Number));
  const version = wholeVersion(text, rest);
  switch (operator) {
    case "":
    case "=":
      return { kind: "exact", version };
    case "^":
    case "~":
      return { ...spanFrom(operator, version, 3), opensTo: preReleaseOf(version) };
    default:
      return { kind: "comparison", operator: operator as Comparison, version };
  }
}

/** `1.2` → ["1", "2"], `1.*` → ["1", "x"]; undefined for anything else. */
function partsOf(rest: string): string[] | undefined {
  const parts = rest.split(".");
  if (parts.length > 3 || !parts.every((part) => /^(?:0|[1-9]\d*|[xX*])$/.test(part))) {
    return undefined;
  }
  return parts.map((part) => (/^\d/.test(part) ? part : "x"));
}

function wildcard(text: string, operator: string, parts: readonly string[]): Term {
  if (operator !== "" && operator !== "=") {
    throw invalid(text, `${operator} takes a version without a wildcard`, EXAMPLES);
  }
  // `x.1` could mean `x.1.x`, or nothing at all.
  if (parts.length === 2 && parts[1] !== "x") {
    throw invalid(text, "a number follows a wildcard", `write \`${parts.join(".")}.x\``);
  }
  const numbers = parts.map((part) => (part === "x" ? undefined : numberOf(text, part)));
  const [major, minor, patch] = numbers;
  const fixed = numbers.indexOf(undefined);
  if (numbers.slice(fixed).some((part) => part !== undefined)) {
    return { kind: "pattern", parts: [major, minor, patch] };
  }
  if (fixed === 0) return { kind: "pattern", parts: [undefined, undefined, undefined] };
  // `1.x` is `~1`, and `1.2.x` is `~1.2`.
  return spanFrom("~", versionOf(major!, minor ?? 0, 0), fixed);
}

function shortened(text: string, operator: string, numbers: readonly number[]): Term {
  const short = numbers.join(".");
  const whole = [...numbers, 0, 0].slice(0, 3).join(".");
  if (operator === "^" || operator === "~") {
    return spanFrom(operator, wholeVersion(text, whole), numbers.length);
  }
  const hint =
    operator === "" || operator === "="
      ? `\`${whole}\` or \`${short}.x\``
      : `\`${operator}${whole}\``;
  throw invalid(text, `${short} is no whole version`, `write ${hint}`);
}

/** @param written how many of the version's numbers were written */
function spanFrom(operator: "^" | "~", low: SemVer, written: number): Term & { kind: "span" } {
  const { major, minor, patch } = low;
  const upTo = (high: SemVer) => ({ kind: "span" as const, low, high, opensTo: undefined });
  // `-0` is the lowest of all: no pre-release of what comes next is in the span.
  const next = (...parts: Parts<number>) => upTo(new SemVer(`${parts.join(".")}-0`));
  const onlyMajor = written === 1;
  if (operator === "~") return onlyMajor ? next(major + 1, 0, 0) : next(major, minor + 1, 0);
  if (major > 0 || onlyMajor) return next(major + 1, 0, 0);
  if (minor > 0 || written === 2) return next(0, minor + 1, 0);
  return next(0, 0, patch + 1);
}

function wholeVersion(text: string, written: string): SemVer {
  const version = parse(written);
  if (!version) throw notAVersion(text, written);
  for (const part of [version.major, version.minor, version.patch]) numberOf(text, String(part));
  return version;
}

function notAVersion(text: string, written: string): Failure {
  if (/^[A-Za-z]+$/.test(written)) {
    return invalid(text, "tags are not known", "`*` is the newest release");
  }
  if (/^\d+(\.\d+){3,}/.test(written)) {
    return invalid(text, `${written} has more than three numbers`, EXAMPLES);
  }
  if (/(^|\.)0\d/.test(written)) {
    const hint = `write \`${written.replace(/(^|\.)0+(?=\d)/g, "$1")}\``;
    return invalid(text, "numbers have no 0 in front", hint);
  }
  return invalid(text, `${JSON.stringify(written)} is no semantic version`, EXAMPLES);
}

function numberOf(text: string, part: string): number {
  const value = Number(part);
  if (value > MAX_NUMBER) throw invalid(text, `${part} is too large a number`);
  return value;
}

function versionOf(...parts: Parts<number>): SemVer {
  return new SemVer(parts.join("."));
}

function invalid(text: string, why: string, hint: string = EXAMPLES): Failure {
  return new Failure("invalid", `${JSON.stringify(text)} is no version range: ${why}`, hint);
}

interface Parsed<C> {
  readonly candidate: C;
  readonly version: SemVer;
}

/** What an exact version names to the letter, with its build metadata; yanked or not. */
function pinOf<C extends Candidate>({ terms }: Specifier, candidates: readonly C[]): C | undefined {
  const [only] = terms;
  if (terms.length !== 1 || only?.kind !== "exact") return undefined;
  return candidates.find(({ version }) => version === only.version.raw);
}

function matchingCandidates<C extends Candidate>(
  { terms }: Specifier,
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

function preReleaseOf(version: SemVer): SemVer | undefined {
  return version.prerelease.length > 0 ? version : undefined;
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
function lastResort<C>({ terms }: Specifier, matching: readonly Parsed<C>[]): C | undefined {
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
