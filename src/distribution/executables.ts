/**
 * The executables that can be handed out: those in a directory, as a release has them, and the one
 * that runs now, for machines like this.
 *
 * A directory's `SHA256SUMS` is taken at its word: the installer compares, so that a file that was
 * damaged is refused there. What it does not name is hashed, once.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, sha256Of } from "../files/mod.ts";
import { createKept } from "../kept.ts";
import { EXECUTABLES, type OwnExecutable, SUMS } from "./targets.ts";

export interface Executable {
  /** Such as `moonbit-registry-linux-x64`. */
  readonly name: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  sha256(): Promise<string>;
}

export interface Executables {
  /** In the order of `EXECUTABLES`. */
  list(): Executable[];
  /** Undefined for a name that is not offered here. */
  find(name: string): Executable | undefined;
}

/** More than there are, also when they are replaced now and then. */
const MOST_HASHES = 100;

/**
 * @param dirs where to look, the first with a file first; those that are not there do no harm
 * @param own offered when no directory has its name
 */
export function openExecutables(
  dirs: readonly string[],
  own: OwnExecutable | undefined,
): Executables {
  const hashes = createKept<string>(MOST_HASHES, () => 1);

  const open = (name: string, path: string, dir?: string): Executable | undefined => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile()) return undefined;
    const sha256 = async () =>
      (dir === undefined ? undefined : readSums(dir).get(name)) ??
      (await hashes(`${path} ${stat.size} ${stat.mtimeMs}`, () => sha256Of(Bun.file(path))));
    return { name, path, size: stat.size, sha256 };
  };

  const find = (name: string): Executable | undefined => {
    if (!EXECUTABLES.includes(name)) return undefined;
    for (const dir of dirs) {
      const found = open(name, join(dir, name), dir);
      if (found) return found;
    }
    return own?.name === name ? open(name, own.path) : undefined;
  };

  return { find, list: () => EXECUTABLES.flatMap((name) => find(name) ?? []) };
}

/** The text of `SHA256SUMS` for all that is offered. */
export async function checksums(executables: Executables): Promise<string> {
  const lines = executables.list().map(async (each) => `${await each.sha256()}  ${each.name}\n`);
  return (await Promise.all(lines)).join("");
}

/** A directory's hashes by file name; none when there is no such list. */
export function readSums(dir: string): Map<string, string> {
  const text = readIfThere(join(dir, SUMS)) ?? "";
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](.+?)\r?$/gm)].map(([, hash, file]) => [file!, hash!]),
  );
}
