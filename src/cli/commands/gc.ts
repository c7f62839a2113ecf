/** `gc`: removes what nothing refers to. */
import type { GcSummary } from "../../registry/mod.ts";
import { command } from "../command.ts";
import { wholeNumber } from "../numbers.ts";
import { runOperation } from "../operation.ts";
import type { Output } from "../output.ts";
import { gcLines, gcTotals, quarantineLines } from "../render/upkeep.ts";
import { WAIT_OPTION, waiting } from "../wait.ts";

export default command({
  options: {
    "dry-run": { type: "boolean", description: "list what would be removed" },
    "keep-latest": {
      type: "string",
      valueHint: "N",
      description: "of each module keep the latest N versions and what those need",
    },
    ...WAIT_OPTION,
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
    await waiting(out, args.wait, () =>
      runOperation(
        out,
        "what was removed was waste; the same command goes on from there",
        (signal, report) => gc(registry, { ...options, signal }, report),
        (summary) => tell(out, summary),
      ),
    );
    return undefined;
  },
});

function tell(out: Output, summary: GcSummary): void {
  if (summary.dryRun) {
    for (const line of gcLines(summary)) out.data(line);
    out.log.info(gcTotals(summary));
  } else out.data(gcTotals(summary));
  for (const line of quarantineLines(summary)) out.log.info(line);
}
