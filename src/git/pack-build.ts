/** A pack of what some branches have gained, to be carried to where their old tips are. */

import { reachable } from "./history.ts";
import type { Oid } from "./object.ts";
import type { ObjectReader } from "./object-database.ts";
import { encodePackIndex, type IndexedEntry } from "./pack-index.ts";
import { type PlannedObject, packItems, planObjects } from "./pack-plan.ts";
import { encodePack } from "./pack-writer.ts";

export interface BuiltPack {
  readonly pack: Buffer;
  readonly index: Buffer;
  readonly objects: number;
  readonly commits: readonly Oid[];
}

/**
 * @param branches where each is, and where the receiver has it
 * @param has commits that the receiver has, with all that they lead to
 */
export function buildPack(
  objects: ObjectReader,
  branches: readonly { readonly tip: Oid; readonly old: Oid | undefined }[],
  has: Iterable<Oid>,
): BuiltPack {
  const known = reachable(objects, has);
  const planned = new Map<Oid, PlannedObject>();
  const commits = new Set<Oid>();
  for (const { tip, old } of branches) {
    const gained = [...reachable(objects, [tip], known)].filter((oid) => !known.has(oid));
    const fresh = gained.filter((oid) => !commits.has(oid));
    for (const oid of fresh) commits.add(oid);
    fresh.sort((a, b) => objects.commit(b).time - objects.commit(a).time);
    for (const each of planObjects(objects, fresh, old)) {
      if (!planned.has(each.oid)) planned.set(each.oid, each);
    }
  }
  const all = [...planned.values()];
  const entries: IndexedEntry[] = [];
  const items = packItems(objects, all);
  const onEntry = (entry: IndexedEntry) => entries.push(entry);
  const pack = Buffer.concat([...encodePack(all.length, items, { ofsDelta: true, onEntry })]);
  const index = encodePackIndex(entries, pack.subarray(-20));
  return { pack, index, objects: all.length, commits: [...commits] };
}
