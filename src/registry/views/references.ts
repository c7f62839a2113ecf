/** Which archives the index speaks of, whatever ref says so: what `gc` must keep. */
import type { Sha256 } from "../../archives/mod.ts";
import { listRefs, type ObjectReader, type Oid, readRef } from "../../git/mod.ts";
import { type Entry, parseModuleFile, readIndexTree } from "../../index/mod.ts";
import { namesArchives } from "../bundles/carried.ts";
import type { Registry } from "../open.ts";

/** Every archive that some ref's index names, with one of the versions that it is of. */
export function referencedArchives(
  registry: Registry,
  refs: ReadonlyMap<string, Oid> = listRefs(registry.paths.index, "refs/"),
): Map<Sha256, Entry> {
  const naming = [...refs].filter(([name]) => namesArchives(name));
  return archivesOf(
    registry,
    naming.map(([, tip]) => tip),
  );
}

/** The archives that one ref's index names. */
export function archivesOfRef(registry: Registry, ref: string): Map<Sha256, Entry> {
  const tip = readRef(registry.paths.index, ref);
  return archivesOf(registry, tip === undefined ? [] : [tip]);
}

/** The archives that the indexes at some commits name. */
export function archivesOf(
  { objects }: { objects: ObjectReader },
  tips: Iterable<Oid>,
): Map<Sha256, Entry> {
  const found = new Map<Sha256, Entry>();
  // Views share nearly all of their files with the sources.
  const read = new Set<Oid>();
  for (const tip of new Set(tips)) {
    for (const [module, blob] of readIndexTree(objects, objects.commit(tip).tree)) {
      if (read.has(blob)) continue;
      read.add(blob);
      for (const { entry } of parseModuleFile(module, objects.read(blob).data).lines) {
        if (!found.has(entry.checksum)) found.set(entry.checksum, entry);
      }
    }
  }
  return found;
}
