/** `sync`: refreshes the sources and what was mirrored from them, or exchanges the index. */
import { Failure } from "../../errors.ts";
import { command } from "../command.ts";
import type { Context } from "../context.ts";
import { DONE, exitCodeOfMirror } from "../exit.ts";
import { interruptible } from "../interrupt.ts";
import { wholeNumber } from "../numbers.ts";
import { runOperation } from "../operation.ts";
import { changeText } from "../recompute.ts";
import { createEventView } from "../render/events.ts";
import { exchangeLine, sourceLines, summaryLines } from "../render/summary.ts";
import { WAIT_OPTION, waiting } from "../wait.ts";

export default command({
  options: {
    pull: { type: "boolean", description: "take the index of git.remote_url in, instead" },
    push: { type: "boolean", description: "send the index to git.remote_url, instead" },
    ...WAIT_OPTION,
    jobs: {
      type: "string",
      alias: "j",
      valueHint: "N",
      description: "downloads at a time; default: mirror.concurrency",
    },
  },
  notes: ["--pull and --push together pull, then push. The remote's branch is git.branch."],
  example: "sync",
  async run(context, args) {
    const { out } = context;
    if (args.pull || args.push) {
      if (args.jobs !== undefined) {
        throw new Failure("usage", "-j is for downloads, which --pull and --push make none of");
      }
      return await waiting(out, args.wait, () => exchange(context, args));
    }
    const options =
      args.jobs === undefined ? {} : { concurrency: wholeNumber(args.jobs, "-j", 1, 256) };
    const { openRegistry, sync } = await import("../../registry/mod.ts");
    const registry = openRegistry(context.file());
    const summary = await waiting(out, args.wait, () =>
      runOperation(
        out,
        "what has arrived is kept; the same command goes on from there",
        (signal, report) => sync(registry, { ...options, signal }, report),
        (done) => {
          for (const line of [...sourceLines(done), ...summaryLines(done)]) out.data(line);
        },
      ),
    );
    return exitCodeOfMirror(summary);
  },
});

async function exchange(
  context: Context,
  { pull, push }: { readonly pull?: boolean | undefined; readonly push?: boolean | undefined },
): Promise<number> {
  const { out } = context;
  const { openRegistry, pullIndex, pushIndex } = await import("../../registry/mod.ts");
  const registry = openRegistry(context.file());
  const view = createEventView(out);
  await interruptible("nothing is left half done; run it again", async (signal) => {
    if (pull) {
      const pulled = await pullIndex(registry, { signal }, view.report);
      if (out.json) out.record({ type: "pulled", ...pulled });
      else out.data(exchangeLine("Pulled", pulled, registry.config.git.remoteUrl));
      const text = changeText(pulled.listing);
      if (text !== undefined && !out.json) out.log.info(text);
    }
    if (push) {
      const pushed = await pushIndex(registry, { signal });
      if (out.json) out.record({ type: "pushed", ...pushed });
      else out.data(exchangeLine("Pushed", pushed, registry.config.git.remoteUrl));
    }
  }).finally(view.close);
  return DONE;
}
