/** `gc`: removes what nothing refers to. */
import { command } from "../command.ts";
import { wholeNumber } from "../numbers.ts";
import { createEventView } from "../render/events.ts";
import { gcLines, gcTotals, quarantineLines } from "../render/upkeep.ts";
import { WAIT_OPTION, waiting } from "../wait.ts";

export default command({
  options: {
    ...WAIT_OPTION,
    "dry-run": { type: "boolean", description: "list what would be removed" },
    "keep-latest": {
      type: "string",
      valueHint: "N",
      description: "of each module keep the latest N versions and what those need",
    },
  },
  notes: [
    "Removes archives that no index names, leftovers of killed runs and lost Git",
    "objects. What was published here always stays. A `sync` fetches old versions",
    "again, unless they were mirrored with --latest. Releases are kept before",
    "pre-releases, and yanked versions last. Bad bytes that `verify --repair` put",
    "aside are removed after 30 days.",
  ],
  example: "gc --keep-latest 3 --dry-run",
  async run({ out, file }, args) {
    const keep = args["keep-latest"];
    const options = {
      ...(args["dry-run"] && { dryRun: true }),
      ...(keep !== undefined && {
        keepLatest: wholeNumber(keep, "--keep-latest", 1, Number.MAX_SAFE_INTEGER),
      }),
    };
    const { gc, openRegistry } = await import("../../registry/mod.ts");
    const registry = openRegistry(file());
    const summary = await waiting(out, args.wait, async () => {
      const view = createEventView(out);
      return await gc(registry, options, view.report).finally(view.close);
    });
    if (out.json) {
      out.record({ type: "done", ...summary });
      return undefined;
    }
    if (summary.dryRun) {
      for (const line of gcLines(summary)) out.data(line);
      out.log.info(gcTotals(summary));
    } else out.data(gcTotals(summary));
    for (const line of quarantineLines(summary)) out.log.info(line);
    return undefined;
  },
});
