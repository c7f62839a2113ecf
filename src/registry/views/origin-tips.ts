/** Who offers modules here, and at which commit each of them stands. */
import { deleteRef, listRefs, type Oid, readRef } from "../../git/mod.ts";
import { sourceRef } from "../../sources/mod.ts";
import { importedOrigins } from "../bundles/origins.ts";
import { enabledSources, type Registry } from "../open.ts";
import { type OwnTips, ownTips } from "../own-branches.ts";
import { PUBLISHED, PUBLISHED_ORIGIN } from "../paths.ts";
import { PUSHED, REMOTE } from "./remote-origin.ts";
import { pinsRef } from "./rewrites.ts";

export interface OriginTip {
  readonly name: string;
  readonly tip: Oid;
}

/**
 * Whoever offers modules, the most trusted first: what was published here, the shared index, the
 * enabled sources whose index is here.
 *
 * @param branches where the registry's own branches are taken to stand
 * @throws {Failure} "integrity" when what was published is not there any more
 */
export function originTips(registry: Registry, branches: OwnTips = ownTips(registry)): OriginTip[] {
  const published = branches.get(PUBLISHED);
  const own = published === undefined ? [] : [{ name: PUBLISHED_ORIGIN, tip: published }];
  const { remoteUrl } = registry.config.git;
  const remote = remoteUrl ? readRef(registry.paths.index, sourceRef(REMOTE)) : undefined;
  const shared = remote === undefined ? [] : [{ name: REMOTE, tip: remote }];
  return [...own, ...shared, ...sourceTips(registry)];
}

/** The enabled sources and imported origins whose index is here, the first to be asked first. */
export function sourceTips(registry: Registry): OriginTip[] {
  const configured = new Set(registry.config.sources.map(({ name }) => name));
  const imported = importedOrigins(registry.paths).filter(
    ({ name, enabled }) => enabled && !configured.has(name),
  );
  const all = [...enabledSources(registry), ...imported].sort((a, b) => a.priority - b.priority);
  return all.flatMap(({ name }) => {
    const tip = readRef(registry.paths.index, sourceRef(name));
    return tip === undefined ? [] : [{ name, tip }];
  });
}

/** Drops the indexes of sources that are configured no more: another may come under the name. */
export async function forgetRemovedSources({ config, paths }: Registry): Promise<void> {
  const names = [...config.sources, ...importedOrigins(paths)].map(({ name }) => name);
  if (config.git.remoteUrl) names.push(REMOTE);
  const known = new Set(names.flatMap((name) => [sourceRef(name), pinsRef(name)]));
  if (config.git.remoteUrl) known.add(PUSHED);
  const refs = ["refs/remotes/", "refs/pins/"].flatMap((prefix) => [
    ...listRefs(paths.index, prefix).keys(),
  ]);
  for (const ref of refs) if (!known.has(ref)) await deleteRef(paths.index, ref);
}
