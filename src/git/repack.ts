/**
 * Keeps a repository small and quick to open: every change adds a pack or two, and a registry that
 * runs for a year makes thousands of changes. Now and then all that the refs lead to is written to
 * one pack, and the packs before it are removed, with what nothing leads to any more.
 */
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { stepped } from "../breath.ts";
import { systemCode } from "../errors.ts";
import { readIfThere, writeDurably } from "../files/mod.ts";
import { isNearlyReady } from "./closure.ts";
import { reachSteps } from "./history.ts";
import type { Oid } from "./object.ts";
import { MissingObjectError, type ObjectDatabase, type ObjectReader } from "./object-database.ts";
import { openPackFile, type PackFile } from "./pack-file.ts";
import { readPackIndex } from "./pack-index.ts";
import { type PlannedObject, packItems, planSteps } from "./pack-plan.ts";
import { type PackItem, writePackFile } from "./pack-writer.ts";
import { packDirectory, shallowPath } from "./paths.ts";
import { listRefs, readRef } from "./refs.ts";

/** More packs than this are made fewer. */
const MOST_PACKS = 24;

/** More commits than this, which came by some other way than one by one, are laid ready for clones. */
const MOST_UNREADY = 1_000;

/** Bytes that may lie beside the largest pack, each object as it came: to delve into all again is not worth them. */
const FEW_BYTES = 8 * 1024 * 1024;

/** In bytes: a pack that has grown beyond it is left as it is. */
const SMALL_PACK = 1024 * 1024;

/**
 * Does nothing while there are few packs, and few commits that no repack has laid ready for clones.
 * Packs that together are small beside the largest are only gathered: so a change costs in proportion to
 * its own size in the long run, and not to all that is there. The caller is the only writer; readers may go
 * on, as they look again for what they do not find.
 *
 * @param served the ref that is cloned
 * @param limits how many packs are left alone, and how many bytes beside the largest
 * @returns whether it did anything
 */
export async function repackIfMany(
  gitdir: string,
  objects: ObjectDatabase,
  served: string,
  { most = MOST_PACKS, few = FEW_BYTES }: { readonly most?: number; readonly few?: number } = {},
): Promise<boolean> {
  const packs = packNames(gitdir)
    .map((name) => ({ name, size: packSize(gitdir, name) }))
    .sort((a, b) => b.size - a.size);
  const tip = readRef(gitdir, served);
  const isReady = tip === undefined || isNearlyReady(objects, tip, MOST_UNREADY);
  if (isReady && packs.length <= most) return false;
  const [largest, ...others] = packs;
  const beside = others.reduce((sum, { size }) => sum + size, 0);
  if (!largest || !isReady || beside > Math.max(few, largest.size / 2)) {
    await repackNow(gitdir, objects, served);
  } else {
    await gather(gitdir, smallest(others));
  }
  return true;
}

interface NamedPack {
  readonly name: string;
  readonly size: number;
}

/**
 * Those to be made one, so that in the end each pack is larger than all smaller ones together: then no object is
 * copied more often than packs can double in size.
 *
 * @param packs the largest first
 */
function smallest(packs: readonly NamedPack[]): string[] {
  let left = packs.reduce((sum, { size }) => sum + size, 0);
  const from = packs.findIndex(({ size }) => {
    left -= size;
    return size <= left;
  });
  return packs.slice(Math.max(from, 0)).map(({ name }) => name);
}

/**
 * Writes all that the refs lead to into one pack, and drops everything else. The caller is the only
 * writer.
 *
 * @param served the ref that is cloned: what it leads to comes first
 */
export async function repackNow(
  gitdir: string,
  objects: ObjectReader,
  served: string,
): Promise<void> {
  const before = packNames(gitdir);
  const commits = await reachableCommits(objects, listRefs(gitdir, "refs/").values());
  const tip = readRef(gitdir, served);
  const first = tip === undefined ? [] : await reachableCommits(objects, [tip]);
  const cloned = await stepped(planSteps(objects, first, undefined));
  const isCloned = has(cloned);
  const others = commits.filter((oid) => !isCloned(oid));
  const beside = await stepped(planSteps(objects, others, tip));
  const rest = beside.filter(({ oid }) => !isCloned(oid));
  function* items(): Generator<PackItem> {
    yield* packItems(objects, cloned);
    yield* packItems(objects, rest, { isBefore: isCloned });
  }
  const closed = tip === undefined ? undefined : { commit: tip, count: cloned.length };
  const kept = await writePackFile(gitdir, cloned.length + rest.length, items(), closed);
  removePacks(gitdir, before, kept);
  await pruneShallow(gitdir, new Set(commits));
}

function has(planned: readonly PlannedObject[]): (oid: Oid) => boolean {
  const oids = new Set(planned.map(({ oid }) => oid));
  return (oid) => oids.has(oid);
}

/**
 * Makes many small packs one, as they are, without looking at what leads where: a moment's work however
 * long the history, for a server that makes one small change after the other. The caller is the only
 * writer.
 *
 * @returns whether it did anything
 */
export async function gatherIfMany(gitdir: string, most: number = MOST_PACKS): Promise<boolean> {
  const small = packNames(gitdir).filter((name) => packSize(gitdir, name) <= SMALL_PACK);
  if (small.length <= most) return false;
  await gather(gitdir, small);
  return true;
}

async function gather(gitdir: string, names: readonly string[]): Promise<void> {
  removePacks(gitdir, names, await writeTogether(gitdir, names));
}

async function writeTogether(gitdir: string, names: readonly string[]): Promise<string> {
  const packs: PackFile[] = [];
  const places = new Map<Oid, PackFile>();
  function* items(): Generator<PackItem> {
    for (const [oid, pack] of places) yield { oid, ...pack.stored(oid)! };
  }
  try {
    for (const name of names) {
      const pack = openPackFile(packPathOf(gitdir, name), (oid) => {
        throw new MissingObjectError(oid);
      });
      packs.push(pack);
      for (const oid of pack.index.oids()) places.set(oid, pack);
    }
    return await writePackFile(gitdir, places.size, items());
  } finally {
    for (const pack of packs) pack.close();
  }
}

const packPathOf = (gitdir: string, name: string) => join(packDirectory(gitdir), `${name}.pack`);
const packSize = (gitdir: string, name: string) => statSync(packPathOf(gitdir, name)).size;

function removePacks(gitdir: string, names: readonly string[], kept: string): void {
  // The index first: without it a pack is not there, and one without its pack would be damage.
  for (const name of names.filter((each) => each !== kept)) {
    for (const extension of ["idx", "pack", "closed"]) {
      remove(join(packDirectory(gitdir), `${name}.${extension}`));
    }
  }
}

/** Newest first. */
async function reachableCommits(objects: ObjectReader, tips: Iterable<Oid>): Promise<Oid[]> {
  const commits = await stepped(reachSteps(objects, tips));
  const dated = Array.from(commits, (oid) => ({ oid, time: objects.commit(oid).time }));
  return dated.sort((a, b) => b.time - a.time).map(({ oid }) => oid);
}

/** What the packs hold that no ref leads to. */
export interface Waste {
  readonly objects: number;
  /** As they lie in the packs. */
  readonly bytes: number;
}

/** Looks for packed objects that no ref leads to, and for those that are there twice. */
export async function findWaste(gitdir: string, objects: ObjectReader): Promise<Waste> {
  const commits = await reachableCommits(objects, listRefs(gitdir, "refs/").values());
  const planned = await stepped(planSteps(objects, commits, undefined));
  const kept = new Set(planned.map(({ oid }) => oid));
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
  const text = readIfThere(path);
  if (text === undefined) return;
  const lines = text.split("\n").filter((oid) => kept.has(oid));
  await writeDurably(path, lines.map((oid) => `${oid}\n`).join(""));
}
