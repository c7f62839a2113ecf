/** Who a module is from, for a server that outlives changes of the sources. */
import type { Config, SourceConfig } from "../../config/mod.ts";
import type { Oid } from "../../git/mod.ts";
import type { Entry, Modules, Owned } from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { type OwnTips, readableOwnTips } from "../own-branches.ts";
import { createProviders } from "../provider.ts";
import { currentOwners } from "../views/offer.ts";
import { originTips } from "../views/origin-tips.ts";

/** Finds whose a module is. */
export type FindOwner = (module: string) => Owner | undefined;

export interface Owner {
  /** Its name: a source's, or what stands for this registry itself. */
  readonly origin: string;
  /** Where a version's archive comes from; undefined when no source has it. */
  provider(entry: Entry): SourceConfig | undefined;
  /** The owner's own file of the module. */
  readonly blob: Oid;
}

/**
 * Works the owners out anew when an index or the settings change. While what was published here is missed, it was
 * published nonetheless: as where it stood last, or as here it was seen last.
 */
export function createOwnerLookup(opened: Registry, config: () => Config): FindOwner {
  let own: OwnTips | undefined;
  let seen = "";
  let owners: Modules<Owned<Oid>> | undefined;
  return (module) => {
    const registry = { ...opened, config: config() };
    own = readableOwnTips(registry) ?? own;
    const tips = originTips(registry, own);
    const now = tips.map(({ name, tip }) => `${name} ${tip}`).join("\n");
    if (!owners || now !== seen) {
      owners = currentOwners(registry, tips);
      seen = now;
    }
    const owned = owners.get(module);
    return (
      owned && {
        origin: owned.origin,
        provider: (entry) => createProviders(registry)(owned.origin, entry),
        blob: owned.blob,
      }
    );
  };
}
