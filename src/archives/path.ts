/**
 * Where an archive lies in the store's directory.
 *
 *     sha256/ab/abcdef….zip     256 shards: no directory grows too long for FAT or an eye
 *     tmp/…                     being written; see temporary.ts
 */
import { join, sep } from "node:path";
import type { Sha256 } from "./archive-store.ts";

const SHA256 = /^[0-9a-f]{64}$/;
export const EXTENSION = ".zip";

export const shardsPath = (root: string): string => join(root, "sha256");
export const tempPath = (root: string): string => join(root, "tmp");

/**
 * @throws {RangeError} for what is no lower-case hex SHA-256: nothing else may become a path
 * @example archivePath("/r", "abcd…") → "/r/sha256/ab/abcd….zip"
 */
export function archivePath(root: string, sha256: Sha256): string {
  if (!SHA256.test(sha256)) throw new RangeError(`${JSON.stringify(sha256)} is no SHA-256`);
  return [shardsPath(root), sha256.slice(0, 2), sha256 + EXTENSION].join(sep);
}

/** The hash that a file's name says, or undefined for a file of another kind. */
export function hashOf(file: string): Sha256 | undefined {
  const sha256 = file.endsWith(EXTENSION) ? file.slice(0, -EXTENSION.length) : "";
  return SHA256.test(sha256) ? sha256 : undefined;
}
