/** Moves a proven pack and its index into a repository. */
import { mkdir } from "node:fs/promises";
import { replace, replaceSame, syncAll, syncNames } from "../files/mod.ts";
import type { Oid } from "./object.ts";
import { packDirectory, packPath } from "./paths.ts";
import { addShallow } from "./shallow.ts";

export interface PackFiles {
  readonly pack: string;
  readonly index: string;
}

/**
 * Durable and readable when this resolves.
 *
 * @param files on the repository's file system
 * @param name the pack's SHA-1
 * @param shallow commits in it whose parents were never fetched
 */
export async function installPack(
  gitdir: string,
  { pack, index }: PackFiles,
  name: string,
  shallow: readonly Oid[],
): Promise<void> {
  await addShallow(gitdir, shallow);
  await mkdir(packDirectory(gitdir), { recursive: true });
  await syncAll([pack, index]);
  // Readers look for indexes: the pack is there before.
  await replaceSame(pack, packPath(gitdir, name, "pack"));
  await replace(index, packPath(gitdir, name, "idx"));
  await syncNames([packDirectory(gitdir)]);
}
