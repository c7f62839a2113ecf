/**
 * Keeps a repository small and quick to open: every change adds a pack or two, and a registry that
 * runs for a year makes thousands of changes. Now and then all that the refs lead to is written to
 * one pack, and the packs before it are removed, with what nothing leads to any more.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import { reachable } from "./history.ts";
import type { Oid } from "./object.ts";
import { MissingObjectError, type ObjectReader } from "./object-database.ts";
import { openPackFile } from "./pack-file.ts";
import { readPackIndex } from "./pack-index.ts";
import { packItems, planObjects } from "./pack-plan.ts";
import { type PackItem, writePackFile } from "./pack-writer.ts";
import { packDirectory, shallowPath } from "./paths.ts";
import { listRefs } from "./refs.ts";

/** More packs than this are made one. */
const MOST_PACKS = 24;

/**
 * Does nothing while there are few packs. The caller is the only writer; readers may go on, as they
 * look again for what they do not find.
 *
 * @returns whether it did anything
 */
export async function repackIfMany(
  gitdir: string,
  objects: ObjectReader,
  most: number = MOST_PACKS,
): Promise<boolean> {
  if (packNames(gitdir).length <= most) return false;
  await repackNow(gitdir, objects);
  return true;
}

/** Writes all that the refs lead to into one pack, and drops everything else. The caller is the only writer. */
export async function repackNow(gitdir: string, objects: ObjectReader): Promise<void> {
  const before = packNames(gitdir);
  const commits = reachableCommits(gitdir, objects);
  const planned = planObjects(objects, commits, undefined);
  const kept = await writePackFile(gitdir, [...packItems(objects, planned, false)]);
  removePacks(gitdir, before, kept);
  await pruneShallow(gitdir, new Set(commits));
}

/** In bytes: a pack that has grown beyond it is left as it is. */
const SMALL_PACK = 1024 * 1024;

/**
 * Makes many small packs one, as they are, without looking at what leads where: a moment's work however
 * long the history, for a server that makes one small change after the other. The caller is the only
 * writer.
 *
 * @returns whether it did anything
 */
export async function gatherIfMany(gitdir: string, most: number = MOST_PACKS): Promise<boolean> {
  const pathOf = (name: string) => join(packDirectory(gitdir), `${name}.pack`);
  const small = packNames(gitdir).filter((name) => statSync(pathOf(name)).size <= SMALL_PACK);
  if (small.length <= most) return false;
  const items = new Map<Oid, PackItem>();
  for (const name of small) {
    const pack = openPackFile(pathOf(name), (oid) => {
      throw new MissingObjectError(oid);
    });
    try {
      for (const oid of pack.index.oids()) items.set(oid, { oid, ...pack.stored(oid)! });
    } finally {
      pack.close();
    }
  }
  removePacks(gitdir, small, await writePackFile(gitdir, [...items.values()]));
  return true;
}

function removePacks(gitdir: string, names: readonly string[], kept: string): void {
  // The index first: without it a pack is not there, and one without its pack would be damage.
  for (const name of names.filter((each) => each !== kept)) {
    remove(join(packDirectory(gitdir), `${name}.idx`));
    remove(join(packDirectory(gitdir), `${name}.pack`));
  }
}

/** Newest first. */
function reachableCommits(gitdir: string, objects: ObjectReader): Oid[] {
  const tips = new Set(listRefs(gitdir, "refs/").values());
  return [...reachable(objects, tips)].sort(
    (a, b) => objects.commit(b).time - objects.commit(a).time,
  );
}

/** What the packs hold that no ref leads to. */
export interface Waste {
  readonly objects: number;
  /** As they lie in the packs. */
  readonly bytes: number;
}

/** Looks for packed objects that no ref leads to, and for those that are there twice. */
export function findWaste(gitdir: string, objects: ObjectReader): Waste {
  const commits = reachableCommits(gitdir, objects);
  const kept = new Set(planObjects(objects, commits, undefined).map(({ oid }) => oid));
  let count = 0;
  let bytes = 0;
  for (const name of packNames(gitdir)) {
    const index = readPackIndex(readFileSync(join(packDirectory(gitdir), `${name}.idx`)));
    for (const oid of index.oids()) {
      // The first pack that has it keeps it.
      if (kept.delete(oid)) continue;
      count++;
      bytes += objects.stored(oid)?.deflated.length ?? 0;
    }
  }
  return { objects: count, bytes };
}

function packNames(gitdir: string): string[] {
  return readdirSync(packDirectory(gitdir))
    .filter((file) => file.endsWith(".idx"))
    .map((file) => file.slice(0, -".idx".length));
}

/** On Windows a file that a server has open stays; the next time will do. */
function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    const code = systemCode(error);
    if (process.platform !== "win32" || (code !== "EPERM" && code !== "EBUSY")) throw error;
  }
}

/** Forgets where the history of commits was cut that are not kept. */
async function pruneShallow(gitdir: string, kept: ReadonlySet<Oid>): Promise<void> {
  const path = shallowPath(gitdir);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  const lines = text.split("\n").filter((oid) => kept.has(oid));
  await writeDurably(path, lines.map((oid) => `${oid}\n`).join(""));
}
