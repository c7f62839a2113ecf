/** Where a file is that may be a link. */
import { lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/**
 * As `realpath`, which in Bun opens the file on its way, and does not find it when another process puts a new
 * one in its place at that moment.
 *
 * @throws the system's error for a file that is not there, and for links that lead in a circle
 */
export function realFile(file: string): string {
  statSync(file);
  return followed(file);
}

function followed(file: string): string {
  const directory = realpathSync(dirname(file));
  const path = join(directory, basename(file));
  if (!lstatSync(path).isSymbolicLink()) return path;
  return followed(resolve(directory, readlinkSync(path)));
}
