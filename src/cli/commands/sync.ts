/** `sync`: refreshes the sources and what was mirrored from them. */
import { command } from "../command.ts";
import { DONE, DONE_IN_PART } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import { wholeNumber } from "../numbers.ts";
import { createEventView } from "../render/events.ts";
import { sourceLines, summaryLines } from "../render/summary.ts";

export default command({
  options: {
    jobs: {
      type: "string",
      alias: "j",
      valueHint: "N",
      description: "downloads at a time; default: mirror.concurrency",
    },
  },
  example: "sync",
  async run(context, args) {
    const { out } = context;
    const options =
      args.jobs === undefined ? {} : { concurrency: wholeNumber(args.jobs, "-j", 1, 256) };
    const { openRegistry, sync } = await import("../../registry/mod.ts");
    const registry = openRegistry(context.file());
    const view = createEventView(out);
    const hint = "what has arrived is kept; the same command goes on from there";
    const summary = await interruptible(hint, (signal) =>
      sync(registry, { ...options, signal }, view.report),
    ).finally(view.close);
    if (out.json) {
      out.record({ type: "done", ...summary });
    } else {
      for (const line of [...sourceLines(summary), ...summaryLines(summary)]) out.data(line);
    }
    const isPartial =
      summary.failed > 0 || summary.sources.some(({ outcome }) => outcome === "failed");
    return isPartial ? DONE_IN_PART : DONE;
  },
});
