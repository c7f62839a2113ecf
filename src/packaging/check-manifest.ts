/** What a manifest must say to be published. */
import { isRecord } from "../record.ts";
import { type Manifest, type ManifestDependency, manifestDependencies } from "./manifest.ts";
import { isSemver, nameProblem } from "./name.ts";
import { unsafePath } from "./path.ts";
import { type Problem, shown } from "./problem.ts";

/**
 * Texts of one line, or of several. A client cannot use a module in which one of them is of another
 * type.
 */
const TEXTS: Readonly<Record<string, "line" | "lines">> = {
  description: "lines",
  license: "line",
  repository: "line",
  homepage: "line",
  readme: "line",
  source: "line",
  "root-dir": "line",
  "warn-list": "line",
  "alert-list": "line",
  "preferred-target": "line",
  "--moonbit-unstable-prebuild": "line",
};
const LISTS = ["keywords", "include", "exclude", "authors", "compile-flags", "link-flags"] as const;
/** Source: `str_to_backend` in `moonutil/src/target.rs` of moonbitlang/moon. */
const TARGETS = ["wasm", "wasm-gc", "js", "native", "llvm"];
const MAX_TEXT = 10_000;
const MAX_KEYWORDS = 100;

/** Besides what ends a line: that is asked for apart. */
const HIDDEN = /(?![\t\n\r])\p{Cc}|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** Takes in what is wrong with a field, and what to do about it. */
type Add = (key: string, message: string, fix: string) => void;

type Check = (fields: Manifest["fields"], add: Add) => void;

export function checkManifest(manifest: Manifest): Problem[] {
  const { file, fields, lines } = manifest;
  const problems: Problem[] = [];
  const add: Add = (key, message, fix) => {
    const line = lines.get(key);
    problems.push({ file, ...(line !== undefined && { line }), message, fix });
  };
  for (const check of CHECKS) check(fields, add);
  checkDependencies(manifest, add);
  return problems;
}

const NAME_FIX = 'write it as owner/module, such as "alice/json"';
const DEPENDENCY_FIX = 'write "owner/module": "1.2.3"';

const checkName: Check = ({ name }, add) => {
  if (typeof name !== "string" || name === "") {
    add("name", name === undefined ? "has no name" : "name is no text", NAME_FIX);
  } else {
    const problem = nameProblem(name);
    if (problem) add("name", problem, NAME_FIX);
  }
};

const checkVersion: Check = ({ version }, add) => {
  if (typeof version === "string" && isSemver(version)) return;
  const what =
    version === undefined
      ? "has no version"
      : `version ${shown(JSON.stringify(version))} is not a semantic version`;
  add("version", what, "write one as 1.2.3, 1.2.3-rc.1 or 1.2.3+5");
};

const checkTexts: Check = (fields, add) => {
  for (const [key, form] of Object.entries(TEXTS)) {
    const problem = textProblem(fields[key], form);
    if (problem) add(key, `${key} ${problem}`, "mend or remove it");
  }
  for (const key of LISTS) {
    const problem = listProblem(fields[key]);
    if (problem) add(key, `${key} ${problem}`, 'write ["one", "two"]');
  }
};

const checkSource: Check = ({ source }, add) => {
  if (typeof source !== "string" || source === "" || isBelow(source)) return;
  add("source", `source "${shown(source)}" leaves the module`, "name a folder of the module");
};

const checkTargets: Check = (fields, add) => {
  const target = fields["preferred-target"];
  if (typeof target === "string" && !TARGETS.includes(target)) {
    add("preferred-target", `preferred-target "${shown(target)}" is none`, TARGETS.join(", "));
  }
  if (areTargets(fields["supported-targets"])) return;
  const written = shown(JSON.stringify(fields["supported-targets"]));
  const fix = `write "js" or "all-js+wasm-gc", of ${TARGETS.join(", ")} and all`;
  add("supported-targets", `supported-targets ${written} names no targets`, fix);
};

const checkBuild: Check = ({ rule, source, "root-dir": rootDir, scripts }, add) => {
  if (!areRules(rule)) {
    add("rule", "rule has no name or command that is a text", "give each rule both");
  }
  if (typeof source === "string" && typeof rootDir === "string") {
    add("root-dir", "root-dir is another word for source", "keep one of them");
  }
  if (!isTextRecord(scripts)) {
    add("scripts", "scripts is no object of texts", 'write {"name": "command"}');
  }
};

const checkUrls: Check = (fields, add) => {
  for (const key of ["repository", "homepage"]) {
    if (isHarmfulUrl(fields[key])) {
      add(key, `${key} "${shown(String(fields[key]))}" is no web address`, "write https://…");
    }
  }
};

const CHECKS: readonly Check[] = [
  checkName,
  checkVersion,
  checkTexts,
  checkSource,
  checkTargets,
  checkBuild,
  checkUrls,
];

function checkDependencies(manifest: Manifest, add: Add): void {
  const { fields } = manifest;
  for (const key of ["deps", "bin-deps"]) {
    if (fields[key] !== undefined && !isRecord(fields[key])) {
      add(key, `${key} is no list of modules`, DEPENDENCY_FIX);
    } else checkWishes(fields[key], (message) => add(key, `${key}: ${message}`, DEPENDENCY_FIX));
  }
  for (const wish of manifestDependencies(manifest)) {
    const problem = dependencyProblem(wish, fields.name);
    if (problem)
      add(wish.field, `${wish.field}: ${shown(wish.module)} ${problem.message}`, problem.fix);
  }
}

function textProblem(value: unknown, form: "line" | "lines"): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") return "is no text";
  if (value.length > MAX_TEXT) return `is longer than ${MAX_TEXT} characters`;
  if (HIDDEN.test(value)) return "has a control or bidirectional character";
  if (!value.isWellFormed()) return "is not valid Unicode";
  return form === "line" && /[\r\n\t]/.test(value) ? "is more than one line" : undefined;
}

function listProblem(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) return "is no list";
  if (value.length > MAX_KEYWORDS) return `has more than ${MAX_KEYWORDS} items`;
  const problem = value.map((each) => textProblem(each ?? 0, "line")).find((each) => each);
  return problem && `has an item that ${problem}`;
}

/**
 * Targets by name, or one expression of such as are added and taken away. Source: `supported_targets.rs` in
 * `moonutil/src` of moonbitlang/moon.
 */
function areTargets(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.every((each) => TARGETS.includes(each));
  return typeof value === "string" && TARGET_EXPRESSION.test(value.trim());
}

const TARGET_EXPRESSION = (() => {
  const target = `(?:${[...TARGETS, "all"].join("|")})(?=[-+\\s]|$)`;
  return new RegExp(`^[-+]?\\s*${target}(?:\\s*[-+]\\s*${target})*$`);
})();

/** One rule or several. Source: `MoonModRule` in `moonutil/src/module.rs` of moonbitlang/moon. */
function areRules(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const isRule = (each: unknown) =>
    isRecord(each) && typeof each.name === "string" && typeof each.command === "string";
  return Array.isArray(value) ? value.every(isRule) : isRule(value);
}

function isTextRecord(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return isRecord(value) && Object.values(value).every((each) => typeof each === "string");
}

function isBelow(source: string): boolean {
  const path = source.replace(/^\.\//, "").replace(/\/$/, "");
  return path === "." || path === "" || unsafePath(path) === undefined;
}

/** What a page could not link without harm. Anything that is no URL at all is only of no use. */
function isHarmfulUrl(value: unknown): boolean {
  if (typeof value !== "string") return false;
  const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  return scheme !== undefined && /^(?:javascript|data|vbscript|file|blob)$/.test(scheme);
}

function checkWishes(wishes: unknown, add: (message: string) => void): void {
  for (const [module, wish] of Object.entries(isRecord(wishes) ? wishes : {})) {
    if (typeof wish !== "string" && !isRecord(wish)) add(`${shown(module)} names no version`);
  }
}

function dependencyProblem(
  { module, version, place }: ManifestDependency,
  self: unknown,
): { message: string; fix: string } | undefined {
  if (place === "path") {
    const fix = "publish that module, and write its version instead of its path";
    return { message: "is a folder beside the module, which no registry has", fix };
  }
  if (place === "git") {
    const fix = "publish that module, and write its version";
    return { message: "is a Git repository, which no registry has", fix };
  }
  if (module === self) return { message: "is the module itself", fix: "remove it" };
  if (nameOnly(module)) return { message: "is no module's name", fix: DEPENDENCY_FIX };
  if (version === undefined) return { message: "names no version", fix: DEPENDENCY_FIX };
  if (isSemver(version)) return undefined;
  const message = `has version "${shown(version)}", which is not a semantic version`;
  return { message, fix: "write the least version that will do, such as 1.2.3" };
}

/** Other registries' names may be freer than those of publications; whether there is one is asked later. */
function nameOnly(module: string): boolean {
  const parts = module.split("/");
  return parts.length < 2 || unsafePath(module) !== undefined;
}
