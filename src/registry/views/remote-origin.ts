/**
 * The shared index (`git.remote_url`) as an origin of this registry: it stands behind what was
 * published here and before the sources, except for modules that a source knows as well or better.
 *
 *     refs/remotes/@remote/main      what was pulled last
 *     refs/remotes/@remote/pushed    what was pushed last
 */
import { isAncestor, type ObjectReader, type Oid } from "../../git/mod.ts";
import { mapModules, type Origin, overlay, parseModuleFile } from "../../index/mod.ts";

/** Its name among the origins: no source can have it. */
export const REMOTE = "@remote";

/** What was pushed last. */
export const PUSHED = `refs/remotes/${REMOTE}/pushed`;

/**
 * Most of a shared index is what some registry mirrored from the same sources a while ago. A module
 * of which its source has every version that the shared index lists, with the same checksum, is left
 * to the source, so that an old push never holds back what is new there. Whoever wants to take a name
 * over would have to offer the very same archives.
 */
export function leaveToSources(
  objects: ObjectReader,
  origins: readonly Origin<Oid>[],
): readonly Origin<Oid>[] {
  const at = origins.findIndex(({ name }) => name === REMOTE);
  if (at < 0) return origins;
  const behind = origins.slice(at + 1);
  const rivals = overlay(behind);
  const known = new Map<string, boolean>();
  const modules = mapModules(origins[at]!.modules, (module, blob) => {
    let isLeft = known.get(module);
    if (isLeft === undefined) {
      const rival = rivals.get(module)?.blob;
      isLeft = rival !== undefined && covers(objects, module, rival, blob);
      known.set(module, isLeft);
    }
    return isLeft ? undefined : blob;
  });
  return origins.with(at, { name: REMOTE, modules });
}

function covers(objects: ObjectReader, module: string, larger: Oid, smaller: Oid): boolean {
  if (larger === smaller) return true;
  const parse = (blob: Oid) => parseModuleFile(module, objects.read(blob).data).lines;
  const known = new Map(parse(larger).map(({ entry }) => [entry.version, entry.checksum]));
  return parse(smaller).every(({ entry }) => known.get(entry.version) === entry.checksum);
}

/** What the next commit of a view goes on from, when it is to go on from another history too. */
export function joinedParents(
  objects: ObjectReader,
  current: Oid | undefined,
  join: Oid | undefined,
): { parent: Oid | undefined; join?: Oid } {
  if (join === undefined) return { parent: current };
  if (current === undefined || isAncestor(objects, current, join)) return { parent: join };
  return isAncestor(objects, join, current) ? { parent: current } : { parent: current, join };
}
