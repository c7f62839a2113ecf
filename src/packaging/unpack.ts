/** Puts an archive's files into a directory, and tells whether they are there already. */
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure, systemCode } from "../errors.ts";
import { impossibleHere } from "./path.ts";
import { shown } from "./problem.ts";
import type { ModuleZip } from "./zip.ts";

/**
 * @param dir new and empty: nothing in it is written over
 * @throws {Failure} "invalid", before anything is written, for a file that cannot have its name on this system
 */
export async function unpack(
  zip: ModuleZip,
  dir: string,
  platform: string = process.platform,
): Promise<void> {
  for (const { path } of zip.files) {
    const problem = impossibleHere(path, platform);
    if (problem === undefined) continue;
    const hint = "unpack it on another system, or ask its owner to rename the file";
    throw new Failure("invalid", `the archive's file ${shown(path)}: ${problem}`, hint);
  }
  await mkdir(dir, { recursive: true });
  for (const { path, executable } of zip.files) {
    const target = join(dir, ...path.split("/"));
    await mkdir(dirname(target), { recursive: true });
    const file = await open(target, "wx", executable ? 0o755 : 0o644);
    try {
      for await (const piece of zip.pieces(path)) await file.writeFile(piece);
    } finally {
      await file.close();
    }
  }
}

/** Whether a directory holds these files, to the byte, and no other. */
export async function holdsExactly(zip: ModuleZip, dir: string): Promise<boolean> {
  const found = await filesBelow(dir, "");
  if (found === undefined || found.size !== zip.files.length) return false;
  for (const { path } of zip.files) {
    if (!found.has(path)) return false;
    const expected = await zip.read(path);
    if (!expected?.equals(await readFile(join(dir, ...path.split("/"))))) return false;
  }
  return true;
}

/** Plain files by path; undefined when there is anything else, or no such directory. */
async function filesBelow(dir: string, prefix: string): Promise<Set<string> | undefined> {
  let entries: Awaited<ReturnType<typeof listing>>;
  try {
    entries = await listing(dir);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return undefined;
    throw error;
  }
  const found = new Set<string>();
  for (const entry of entries) {
    const path = prefix + entry.name;
    if (entry.isFile()) found.add(path);
    else if (!entry.isDirectory()) return undefined;
    else {
      const below = await filesBelow(join(dir, entry.name), `${path}/`);
      if (!below) return undefined;
      for (const each of below) found.add(each);
    }
  }
  return found;
}

const listing = (dir: string) => readdir(dir, { withFileTypes: true });
