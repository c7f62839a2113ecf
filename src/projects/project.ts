/**
 * A project's file: a line a version, and a line when one was yanked. Lines are never changed.
 *
 *     {"version":"1.0.0","commit_hash":"…","repo_url":"https://…","verified":true,"type":"package",
 *      "description":"…","version_description":null,"keywords":["math"],"author":null,"license":"MIT",
 *      "dependencies":{"@acme/base":"^1.0.0"},"is_private":false,"created_at":"2026-…Z","by":"local:ann"}
 *     {"yank":"1.0.0","at":"2026-…Z","by":"local:ann"}
 *
 * Version 1 of the format: this one.
 */
import { createHash } from "node:crypto";
import { isRecord } from "../record.ts";
import { isPlainVersion, latestFirst } from "../resolve/mod.ts";
import { appendLine, readLines } from "./lines.ts";
import type { ProjectName } from "./path.ts";

/** A version: what was registered, which never changes, and whether it was yanked since. */
export interface Release {
  readonly version: string;
  /** Lower-case hex. */
  readonly commitHash: string;
  readonly repoUrl: string;
  /** Whether the commit was seen in the repository when it was registered. */
  readonly verified: boolean;
  readonly type: string;
  readonly description: string;
  readonly versionDescription: string | null;
  readonly keywords: readonly string[];
  readonly author: string | null;
  readonly license: string | null;
  /** Specifier by `@organization/name`. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly isPrivate: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Who registered it, such as `local:ann`. */
  readonly by: string;
  readonly yanked: boolean;
}

export interface Project extends ProjectName {
  /** The same on every host: made of the name. */
  readonly id: number;
  /** As registered, the oldest first. At least one, but for a project that is only about to be. */
  readonly releases: readonly Release[];
  /** As the newest registration says. */
  readonly isPrivate: boolean;
}

/** Reads a project's file. Of two lines with one version the first stands. */
export function parseProject(name: ProjectName, data: Buffer): Project {
  const releases = new Map<string, Release>();
  for (const line of readLines(data)) {
    if (typeof line.yank === "string") {
      const release = releases.get(line.yank);
      if (release) releases.set(line.yank, { ...release, yanked: true });
      continue;
    }
    const release = parseRelease(line);
    if (release && !releases.has(release.version)) releases.set(release.version, release);
  }
  return projectOf(name, [...releases.values()]);
}

/** A project that nothing was registered of yet. */
export function emptyProject(name: ProjectName): Project {
  return projectOf(name, []);
}

/** The file with a version more. The caller has seen that the version is new. */
export function appendRelease(data: Buffer, release: Omit<Release, "yanked">): Buffer {
  return appendLine(data, {
    version: release.version,
    commit_hash: release.commitHash,
    repo_url: release.repoUrl,
    verified: release.verified,
    type: release.type,
    description: release.description,
    version_description: release.versionDescription,
    keywords: release.keywords,
    author: release.author,
    license: release.license,
    dependencies: release.dependencies,
    is_private: release.isPrivate,
    created_at: release.createdAt,
    by: release.by,
  });
}

/** The file with a version marked as yanked, for good. */
export function appendYank(
  data: Buffer,
  yank: { version: string; at: string; by: string },
): Buffer {
  return appendLine(data, { yank: yank.version, at: yank.at, by: yank.by });
}

/** A version by its exact number, also a yanked one; undefined when there is none. */
export function findRelease(project: Project, version: string): Release | undefined {
  return project.releases.find((release) => release.version === version);
}

/**
 * What a project is shown by: its greatest version that was not yanked, a pre-release only if there is
 * nothing else. Undefined when there is no version yet.
 */
export function latestRelease(project: Project): Release | undefined {
  const known = latest.get(project);
  if (known) return known;
  const found = project.releases.toSorted(latestFirst)[0];
  if (found) latest.set(project, found);
  return found;
}

/** Searches ask it of every project, and a project never changes: another commit has another. */
const latest = new WeakMap<Project, Release>();

/** A version's number, the same on every host. */
export function releaseId(project: ProjectName, version: string): number {
  return idOf(project, version);
}

/** 48 bits of a hash: numbers that need no counter, and that JSON carries exactly. */
function idOf({ target, organization, name }: ProjectName, ...rest: string[]): number {
  const key = [target, organization, name, ...rest].join("/");
  return createHash("sha256").update(key).digest().readUIntBE(0, 6);
}

function projectOf({ target, organization, name }: ProjectName, releases: Release[]): Project {
  const isPrivate = releases.at(-1)?.isPrivate ?? false;
  const id = idOf({ target, organization, name });
  return { target, organization, name, id, releases, isPrivate };
}

function parseRelease(line: Record<string, unknown>): Release | undefined {
  const { version, commit_hash: commitHash, repo_url: repoUrl, created_at: createdAt } = line;
  if (typeof version !== "string" || !isPlainVersion(version)) return undefined;
  if (typeof commitHash !== "string" || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commitHash)) {
    return undefined;
  }
  if (typeof repoUrl !== "string" || typeof createdAt !== "string") return undefined;
  return {
    version,
    commitHash,
    repoUrl,
    verified: line.verified === true,
    type: textOr(line.type, "package"),
    description: textOr(line.description, ""),
    versionDescription: textOr(line.version_description, null),
    keywords: Array.isArray(line.keywords) ? line.keywords.map(String) : [],
    author: textOr(line.author, null),
    license: textOr(line.license, null),
    dependencies: isRecord(line.dependencies) ? textsOf(line.dependencies) : {},
    // Whoever cannot be sure must not show it.
    isPrivate: line.is_private !== false,
    createdAt,
    by: textOr(line.by, ""),
    yanked: false,
  };
}

function textOr<T>(value: unknown, fallback: T): string | T {
  return typeof value === "string" ? value : fallback;
}

function textsOf(record: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));
}
