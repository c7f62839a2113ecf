/**
 * The path of an archive: `owner/name/version.zip`, sent as one form-urlencoded key or with plain
 * slashes. The version is what follows the last slash; a module's name may hold more of them.
 */

/**
 * @param rest the raw path after `/user/`
 * @returns undefined for what names no archive
 * @example parseArchivePath("moonbitlang%2Fx%2F0.4.40.zip") → { module: "moonbitlang/x", version: "0.4.40" }
 */
export function parseArchivePath(rest: string): { module: string; version: string } | undefined {
  const match = /^([^/]+\/.+)\/([^/]+)\.zip$/s.exec(decoded(rest) ?? "");
  return match ? { module: match[1]!, version: match[2]! } : undefined;
}

/**
 * A plus stays a plus, although form encoding means a space by it: versions such as `0.1.2+3` have
 * one that careless clients leave as it is, and no name has a space.
 */
function decoded(rest: string): string | undefined {
  try {
    return decodeURIComponent(rest);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
