/** What may stand where one version is named. */
import { valid } from "semver";

/** A semantic version and nothing around it: fit for a path. */
export function isPlainVersion(text: string): boolean {
  return /^[0-9A-Za-z.+-]{1,256}$/.test(text) && /^\d/.test(text) && valid(text) !== null;
}
