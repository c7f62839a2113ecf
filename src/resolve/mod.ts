/** Which version a request means. Pure: knows versions and ranges, and no registry. */
export { latestFirst, latestVersion, newestFirst } from "./latest.ts";
export {
  encodeLockfile,
  isPlainVersion,
  LOCK_NAME,
  type LockedModule,
  type Lockfile,
  parseLockfile,
} from "./lockfile.ts";
export {
  type Edge,
  type FindReleases,
  leastMeeting,
  type Release,
  type Requirement,
  type Selected,
  type Selection,
  selectVersions,
  type Unmet,
} from "./mvs.ts";
export { type Candidate, selectVersion } from "./select.ts";
export { parseSpecifier, type Specifier } from "./specifier.ts";
