/** Which version of a module is meant when none is named. */
import { compareBuild, parse } from "semver";
import type { Candidate } from "./select.ts";

/** For sorting: the newest first. Both must be semantic versions. */
export function newestFirst(a: { version: string }, b: { version: string }): number {
  return compareBuild(b.version, a.version);
}

/** The newest release that was not yanked, else the newest pre-release, else nothing. */
export function latestVersion<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const standing = candidates.filter(({ yanked }) => !yanked).sort(newestFirst);
  return standing.find(({ version }) => parse(version)?.prerelease.length === 0) ?? standing[0];
}
