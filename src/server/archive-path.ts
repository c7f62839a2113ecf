/**
 * The path of an archive: `owner/name/version.zip`, sent as one form-urlencoded key or with plain
 * slashes. The version is what follows the last slash; a module's name may hold more of them.
 */
import { percentDecoded } from "../percent.ts";

/**
 * @param rest the raw path after `/user/`
 * @returns undefined for what names no archive
 * @example parseArchivePath("moonbitlang%2Fx%2F0.4.40.zip") → { module: "moonbitlang/x", version: "0.4.40" }
 */
export function parseArchivePath(rest: string): { module: string; version: string } | undefined {
  const match = /^([^/]+\/.+)\/([^/]+)\.zip$/s.exec(percentDecoded(rest) ?? "");
  return match ? { module: match[1]!, version: match[2]! } : undefined;
}
