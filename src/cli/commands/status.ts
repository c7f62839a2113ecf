/** `status`: what is here, and since when. */
import { command } from "../command.ts";
import { statusText } from "../render/status.ts";

export default command({
  options: {},
  example: "status",
  async run({ out, file }) {
    const { openRegistry, status } = await import("../../registry/mod.ts");
    const found = await status(openRegistry(file()));
    if (out.json) out.document(found);
    else {
      out.data(statusText(found, new Date()));
      if (found.kept.length > 0) {
        out.log.info("`sync` keeps fresh what was mirrored, until `mirror PATTERN --forget`.");
      }
    }
    return undefined;
  },
});
