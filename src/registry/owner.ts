/** Who a module is from, for a server that outlives changes of the sources. */
import type { Config, SourceConfig } from "../config/mod.ts";
import type { Overlay } from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { currentOverlay, sourceTips } from "./views.ts";

/** Which source a module is from; worked out anew when an index or the settings change. */
export function createOwnerLookup(
  opened: Registry,
  config: () => Config,
): (module: string) => SourceConfig | undefined {
  let tips = "";
  let owners: Overlay<string> | undefined;
  return (module) => {
    const registry = { ...opened, config: config() };
    const now = sourceTips(registry)
      .map(({ name, tip }) => `${name} ${tip}`)
      .join("\n");
    if (!owners || now !== tips) {
      owners = currentOverlay(registry);
      tips = now;
    }
    const origin = owners.modules.get(module)?.origin;
    return registry.config.sources.find((source) => source.name === origin);
  };
}
