/** `source list`: the upstream registries. */
import { loadConfig } from "../../config/mod.ts";
import { command } from "../command.ts";
import { sourceListText, sourceRecord } from "../render/sources.ts";

export default command({
  options: {},
  example: "source list",
  run({ out, file }) {
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
