/** Who a module is from, for a server that outlives changes of the sources. */
import type { Config, SourceConfig } from "../config/mod.ts";
import type { Oid } from "../git/mod.ts";
import type { Overlay } from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { currentOverlay, originTips } from "./views.ts";

/** Finds whose a module is. */
export type FindOwner = (module: string) => Owner | undefined;

export interface Owner {
  readonly source: SourceConfig;
  /** The source's own file of the module. */
  readonly blob: Oid;
}

/** Works the owners out anew when an index or the settings change. */
export function createOwnerLookup(opened: Registry, config: () => Config): FindOwner {
  let tips = "";
  let owners: Overlay<Oid> | undefined;
  return (module) => {
    const registry = { ...opened, config: config() };
    const now = originTips(registry)
      .map(({ name, tip }) => `${name} ${tip}`)
      .join("\n");
    if (!owners || now !== tips) {
      owners = currentOverlay(registry);
      tips = now;
    }
    const owned = owners.modules.get(module);
    const source = registry.config.sources.find(({ name }) => name === owned?.origin);
    return owned && source && { source, blob: owned.blob };
  };
}
