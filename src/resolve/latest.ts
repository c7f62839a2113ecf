/** Which version of a module is meant when none is named. */
import { compareBuild, parse } from "semver";
import type { Candidate } from "./select.ts";

/** For sorting: the newest first. Both must be semantic versions. */
export function newestFirst(a: { version: string }, b: { version: string }): number {
  return compareBuild(b.version, a.version);
}

/** For sorting: what is wanted first comes first. Releases before pre-releases, and yanked versions last. */
export function latestFirst(a: Candidate, b: Candidate): number {
  return rank(a) - rank(b) || newestFirst(a, b);
}

function rank({ version, yanked }: Candidate): number {
  return (yanked ? 2 : 0) + (parse(version)?.prerelease.length === 0 ? 0 : 1);
}

/** The newest release that was not yanked, else the newest pre-release, else nothing. */
export function latestVersion<C extends Candidate>(candidates: readonly C[]): C | undefined {
  return candidates.filter(({ yanked }) => !yanked).sort(latestFirst)[0];
}
