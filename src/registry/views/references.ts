/** Which archives the index speaks of, whatever ref says so: what `gc` must keep. */
import type { Sha256 } from "../../archives/mod.ts";
import { gently } from "../../breath.ts";
import { listRefs, type ObjectReader, type Oid, readRef } from "../../git/mod.ts";
import { type Entry, parseModuleFile, readIndexTree } from "../../index/mod.ts";
import { namesArchives } from "../bundles/carried.ts";
import type { Registry } from "../open.ts";

/** Every archive that some ref's index names, with one of the versions that it is of. */
export async function referencedArchives(
  registry: Registry,
  refs: ReadonlyMap<string, Oid> = listRefs(registry.paths.index, "refs/"),
): Promise<Map<Sha256, Entry>> {
  const naming = [...refs].filter(([name]) => namesArchives(name));
  return await archivesOf(
    registry,
    naming.map(([, tip]) => tip),
  );
}

/** The archives that one ref's index names. */
export async function archivesOfRef(registry: Registry, ref: string): Promise<Map<Sha256, Entry>> {
  const tip = readRef(registry.paths.index, ref);
  return await archivesOf(registry, tip === undefined ? [] : [tip]);
}

/** The archives that the indexes at some commits name. */
export async function archivesOf(
  { objects }: { objects: ObjectReader },
  tips: Iterable<Oid>,
): Promise<Map<Sha256, Entry>> {
  const found = new Map<Sha256, Entry>();
  // Views share nearly all of their files with the sources.
  const read = new Set<Oid>();
  for (const tip of new Set(tips)) {
    const modules = readIndexTree(objects, objects.commit(tip).tree);
    for await (const [module, blob] of gently(modules)) {
      if (read.has(blob)) continue;
      read.add(blob);
      for (const { entry } of parseModuleFile(module, objects.read(blob).data).lines) {
        if (!found.has(entry.checksum)) found.set(entry.checksum, entry);
      }
    }
  }
  return found;
}
