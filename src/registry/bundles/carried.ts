/**
 * What each series of bundles brought last, kept whole. A registry that is no replica makes views of its own, and
 * another series may bring a source of the same name: what nothing else leads to would be collected, and then the
 * next bundle lacked what it goes on from, and nobody could say what another series must not take away.
 *
 *     refs/carried/<series>/heads/stored    where that bundle had refs/heads/stored; so each of its refs
 */
import { deleteRef, listRefs, type Oid, writeRef } from "../../git/mod.ts";
import type { DataPaths } from "../paths.ts";

const CARRIED = "refs/carried/";

/** Keeps exactly these of a series. The objects are durable, and the caller holds the lock. */
export async function keepCarried(
  { index }: DataPaths,
  series: string,
  tips: ReadonlyMap<string, Oid>,
): Promise<void> {
  const prefix = `${CARRIED}${series}/`;
  const kept = new Map([...tips].map(([ref, tip]) => [ref.replace(/^refs\//, prefix), tip]));
  const before = listRefs(index, prefix);
  for (const [ref, tip] of kept) if (before.get(ref) !== tip) await writeRef(index, ref, tip);
  for (const ref of before.keys()) if (!kept.has(ref)) await deleteRef(index, ref);
}

/** Whether archives are kept because this ref names them: of what was carried those that were stored there. */
export function namesArchives(ref: string): boolean {
  return !ref.startsWith(CARRIED) || ref.endsWith("/heads/stored");
}
