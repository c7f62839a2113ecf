/** `source list`: the upstream registries. */
import { loadConfig } from "../../config/mod.ts";
import { command } from "../command.ts";
import { conflictsText, sourceListText, sourceRecord } from "../render/sources.ts";

export default command({
  options: {
    conflicts: { type: "boolean", description: "modules that more than one source offers" },
  },
  example: "source list --conflicts",
  async run({ out, file }, args) {
    if (args.conflicts) {
      const { conflicts, openRegistry } = await import("../../registry/mod.ts");
      const found = conflicts(openRegistry(file()));
      if (out.json) out.document(found);
      else out.data(conflictsText(found));
      return undefined;
    }
    const config = loadConfig(file());
    if (out.json) {
      out.document(config.sources.map((source) => sourceRecord(source, config.defaultSource)));
    } else if (config.sources.length === 0) {
      out.data("No sources configured.");
      out.log.info("Add one: moonbit-registry source add mooncakes --from-preset mooncakes");
    } else {
      out.data(sourceListText(config));
    }
    return undefined;
  },
});
