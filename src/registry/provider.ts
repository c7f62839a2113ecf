/** Which source gives a version's archive. */
import type { SourceConfig } from "../config/mod.ts";
import type { Oid } from "../git/mod.ts";
import { type Entry, openSnapshot, type Snapshot } from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { sourceTips } from "./views/origin-tips.ts";
import { REMOTE } from "./views/remote-origin.ts";

/** Undefined when no source has the archive. */
export type FindProvider = (origin: string, entry: Entry) => SourceConfig | undefined;

/**
 * A source's modules come from that source alone. The shared index has no archives: what it lists
 * comes from the first source that lists the same version with the same checksum.
 */
export function createProviders(registry: Registry): FindProvider {
  const configs = new Map(registry.config.sources.map((source) => [source.name, source]));
  const snapshots = new Map<Oid, Snapshot>();
  const open = (tip: Oid): Snapshot => {
    const known = snapshots.get(tip) ?? openSnapshot(registry.objects, tip);
    snapshots.set(tip, known);
    return known;
  };
  return (origin, entry) => {
    if (origin !== REMOTE) return configs.get(origin);
    const provider = sourceTips(registry).find(({ tip }) => {
      const line = open(tip).version(entry.module, entry.version);
      return line?.entry.checksum === entry.checksum;
    });
    return provider && configs.get(provider.name);
  };
}
