/**
 * Version ranges, as KnitPkg writes them and as this registry takes them everywhere:
 *
 *     1.2.3  =1.2.3             exactly this version
 *     ^1.2.3  ^0.2.3  ^1.2      below the next change of the left-most part that is not 0
 *     ~1.2.3  ~1.2  ~1          below the next minor; with a major alone, below the next major
 *     *  x  1.x  1.2.*          any number there
 *     >=1.0.0 <2.0.0 !=1.2.1    comparisons; all must hold
 *
 * Which version one chooses is in `select.ts`. `docs/versions.md` tells the rules, and where npm's differ.
 * Source: KnitPkg, "Version Ranges Reference".
 */
import { parse, SemVer } from "semver";
import { Failure } from "../errors.ts";

/** A range that was understood. */
export interface Range {
  /** As it was written, less the space around it. */
  readonly text: string;
  /** All must hold. */
  readonly terms: readonly Term[];
}

export type Comparison = ">" | ">=" | "<" | "<=" | "!=";

/** One word of a range. */
export type Term =
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
export function parseRange(text: string): Range {
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

/** A version as what it opens a range to, if it is a pre-release. */
export function preReleaseOf(version: SemVer): SemVer | undefined {
  return version.prerelease.length > 0 ? version : undefined;
}
