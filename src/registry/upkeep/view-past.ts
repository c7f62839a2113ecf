/**
 * Where a view stood whose ref was lost. Made anew it has the same content and another past, and whoever has pulled
 * it before could not go on from there; but the commits of its past are still here.
 */

import { Failure } from "../../errors.ts";
import { cutCommits, type Oid, reachable, readRef } from "../../git/mod.ts";
import type { Registry } from "../open.ts";
import { isOwnCommit, isWhole } from "../own-branches.ts";
import { unlessDamaged } from "../unless-damaged.ts";

/** The commit of the longest past that has just what a view has now; undefined when there is no other. */
export function pastOf({ objects, paths }: Registry, ref: string): Oid | undefined {
  const now = readRef(paths.index, ref);
  if (now === undefined) return undefined;
  const { tree } = objects.commit(now);
  let [found, longest]: [Oid | undefined, number] = [undefined, reachable(objects, [now]).size];
  for (const oid of new Set(objects.packed())) {
    const object = unlessDamaged(() => objects.read(oid));
    if (object instanceof Failure || object.type !== "commit") continue;
    const commit = objects.commit(oid);
    if (commit.tree !== tree || isOwnCommit(commit) || !isWhole({ objects }, oid)) continue;
    if (cutCommits(paths.index, objects, [oid]).length > 0) continue;
    const { size } = reachable(objects, [oid]);
    if (size > longest) [found, longest] = [oid, size];
  }
  return found;
}
