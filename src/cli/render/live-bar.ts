/** The bar on a terminal: redrawn in place, gone when the work ends; lines may appear above it. */
import { MultiBar, type SingleBar } from "cli-progress";
import { type Progress, progressBar } from "./progress.ts";

export interface LiveBar {
  show(progress: Progress): void;
  /** A line above the bar. */
  print(line: string): void;
  /** Removes the bar and shows the cursor again. */
  end(): void;
}

export function createLiveBar(stream: NodeJS.WriteStream): LiveBar {
  // One column stays free: some terminals wrap when the last one is written.
  const width = () => (stream.columns || 80) - 1;
  const bars = new MultiBar({
    stream,
    fps: 10,
    hideCursor: true,
    clearOnComplete: true,
    format: (_options, _params, progress: Progress) => progressBar(progress, width()),
  });
  let bar: SingleBar | undefined;
  const end = () => {
    if (!bar) return;
    bar = undefined;
    process.removeListener("exit", end);
    // What was printed and not drawn yet.
    bars.update();
    bars.stop();
  };
  return {
    show(progress) {
      if (bar) return bar.update(progress.done, progress);
      bar = bars.create(progress.total, progress.done, progress);
      // A second Ctrl-C ends the process at once; the cursor has to come back even then.
      process.once("exit", end);
    },
    print(line) {
      if (bar) bars.log(`${line}\n`);
      else stream.write(`${line}\n`);
    },
    end,
  };
}
