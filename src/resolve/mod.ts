/** Which version a request means. Pure: knows versions and ranges, and no registry. */
export { latestFirst, latestVersion, newestFirst } from "./latest.ts";
export {
  encodeLockfile,
  LOCK_NAME,
  type LockedModule,
  type Lockfile,
  parseLockfile,
} from "./lockfile.ts";
export { type Edge, leastMeeting, selectVersions, type Unmet } from "./mvs.ts";
export { parseRange } from "./range.ts";
export { selectVersion } from "./select.ts";
export { isPlainVersion } from "./version.ts";
