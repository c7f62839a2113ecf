/** The body of a registration, checked field by field. */

import { Failure } from "../../errors.ts";
import {
  isOrganizationName,
  isProjectName,
  type ProjectName,
  TARGETS,
} from "../../projects/mod.ts";
import { isRecord } from "../../record.ts";
import { isPlainVersion, parseRange } from "../../resolve/mod.ts";
import { repositoryUrlProblem } from "../../sources/mod.ts";

export interface Registration extends ProjectName {
  readonly type: string;
  readonly description: string;
  readonly versionDescription: string | null;
  readonly keywords: readonly string[];
  readonly author: string | null;
  readonly license: string | null;
  readonly version: string;
  readonly repoUrl: string;
  readonly commitHash: string;
  /** Specifier by `@organization/name`. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly isPrivate: boolean;
}

/** Source: knitpkg-mt 1.1.1, its manifest's models. */
export const TYPES = ["package", "expert", "indicator", "script", "library", "service"] as const;
const MAX_DESCRIPTION = 500;
const MAX_KEYWORDS = 10;

/** Not the client's: nothing of a registration may grow without bound. */
const MAX_TEXT = 500;
const MAX_LONG_TEXT = 10_000;
const MAX_DEPENDENCIES = 200;

type Fields = Readonly<Record<string, unknown>>;

/** @throws {Failure} "invalid", its message beginning with the field's name */
export function parseRegistration(body: unknown): Registration {
  if (!isRecord(body)) throw new Failure("invalid", "body: must be a JSON object");
  const organization = name(body, "organization", isOrganizationName);
  return {
    organization,
    name: name(body, "name", isProjectName),
    target: oneOf(body, "target", TARGETS),
    type: oneOf(body, "type", TYPES),
    description: text(body, "description", MAX_DESCRIPTION),
    versionDescription: optionalText(body, "version_description", MAX_LONG_TEXT),
    keywords: keywords(body),
    author: optionalText(body, "author", MAX_TEXT),
    license: optionalText(body, "license", MAX_TEXT),
    version: version(body),
    repoUrl: repositoryUrl(body),
    commitHash: commitHash(body),
    dependencies: dependencies(body, organization),
    isPrivate: flag(body, "is_private"),
  };
}

/**
 * Checks what the client tells of its installations.
 *
 * @throws {Failure} "invalid", its message beginning with the field's name
 */
export function parseInstalls(body: unknown): void {
  if (!isRecord(body)) throw new Failure("invalid", "body: must be a JSON object");
  const { project_id: ids, version: versions } = body;
  if (!Array.isArray(ids) || !ids.every(Number.isSafeInteger)) {
    throw wrong("project_id", "must be a list of numbers");
  }
  if (!Array.isArray(versions) || !versions.every((each) => typeof each === "string")) {
    throw wrong("version", "must be a list of texts");
  }
  if (ids.length !== versions.length) throw wrong("version", "must be as many as project_id");
}

function wrong(field: string, what: string, hint?: string): Failure {
  return new Failure("invalid", `${field}: ${what}`, hint);
}

function text(fields: Fields, field: string, longest: number): string {
  const value = fields[field];
  if (value === undefined || value === null) throw wrong(field, "is missing");
  if (typeof value !== "string") throw wrong(field, `must be a text, not ${typeName(value)}`);
  if (value.trim() === "") throw wrong(field, "must not be empty");
  if (value.length > longest) throw wrong(field, `must have at most ${longest} characters`);
  if (/[\0\ufffd]/.test(value)) throw wrong(field, "has characters that are no text");
  return value;
}

function optionalText(fields: Fields, field: string, longest: number): string | null {
  const value = fields[field];
  if (value === undefined || value === null || value === "") return null;
  return text(fields, field, longest);
}

function flag(fields: Fields, field: string): boolean {
  const value = fields[field] ?? false;
  if (typeof value !== "boolean")
    throw wrong(field, `must be true or false, not ${typeName(value)}`);
  return value;
}

function name(fields: Fields, field: string, isName: (text: string) => boolean): string {
  const value = text(fields, field, MAX_TEXT);
  if (isName(value)) return value;
  if (isName(value.toLowerCase())) throw wrong(field, `must be lower-case: ${value.toLowerCase()}`);
  throw wrong(
    field,
    "must be of a-z, 0-9, _, - and . and neither begin nor end with a dot",
    "shorten it if it is long: organizations have up to 100 characters, names up to 50",
  );
}

function oneOf(fields: Fields, field: string, words: readonly string[]): string {
  const value = text(fields, field, MAX_TEXT);
  if (words.includes(value)) return value;
  throw wrong(field, `must be one of ${words.join(", ")}`);
}

function keywords(fields: Fields): string[] {
  const value = fields.keywords ?? [];
  if (!Array.isArray(value)) throw wrong("keywords", `must be a list, not ${typeName(value)}`);
  if (value.length > MAX_KEYWORDS) throw wrong("keywords", `must be at most ${MAX_KEYWORDS}`);
  for (const word of value) {
    if (typeof word !== "string" || word.length > MAX_TEXT || !/^[a-zA-Z0-9-]+$/.test(word)) {
      throw wrong("keywords", "must each be of letters, digits and -");
    }
  }
  return value;
}

function version(fields: Fields): string {
  const value = text(fields, "version", MAX_TEXT);
  if (isPlainVersion(value)) return value;
  throw wrong("version", "must be a semantic version such as 1.2.3 or 2.0.0-beta.1");
}

function repositoryUrl(fields: Fields): string {
  const value = text(fields, "repo_url", MAX_TEXT);
  const problem = repositoryUrlProblem(value);
  if (problem !== undefined) throw wrong("repo_url", problem);
  return value;
}

function commitHash(fields: Fields): string {
  const value = text(fields, "commit_hash", MAX_TEXT).toLowerCase();
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(value)) return value;
  throw wrong("commit_hash", "must be a whole Git commit: 40 hexadecimal digits, or 64");
}

function dependencies(fields: Fields, organization: string): Record<string, string> {
  const value = fields.dependencies ?? {};
  if (!isRecord(value)) {
    throw wrong("dependencies", `must be an object of specifiers by name, not ${typeName(value)}`);
  }
  const entries = Object.entries(value);
  if (entries.length > MAX_DEPENDENCIES) {
    throw wrong("dependencies", `must be at most ${MAX_DEPENDENCIES}`);
  }
  return Object.fromEntries(
    entries.map(([key, wish]) => [dependencyName(key, organization), specifier(key, wish)]),
  );
}

/** A name without an organization is one of the same organization. */
function dependencyName(key: string, organization: string): string {
  const match = /^(?:@([^/]+)\/)?([^/]+)$/.exec(key);
  const [, owner = organization, bare = ""] = match ?? [];
  const full = `@${owner.toLowerCase()}/${bare.toLowerCase()}`;
  if (match && isOrganizationName(owner.toLowerCase()) && isProjectName(bare.toLowerCase())) {
    return full;
  }
  throw wrong("dependencies", `${JSON.stringify(key)} is no @organization/name`);
}

function specifier(key: string, wish: unknown): string {
  if (typeof wish !== "string") {
    throw wrong("dependencies", `${key} must be a specifier, not ${typeName(wish)}`);
  }
  if (/^(file:|\.{0,2}\/|~\/|[a-z]:[\\/])/i.test(wish.trim())) {
    throw wrong("dependencies", `${key} is a local path`, "name a registered version instead");
  }
  try {
    parseRange(wish);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw wrong("dependencies", `${key}: ${error.message}`, error.hint);
  }
  return wish.trim();
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
