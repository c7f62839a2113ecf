/** Shows an operation's events while it runs: NDJSON, a live bar, or plain lines. */
import { type Event, eventText, isProgress, type Report } from "../../registry/mod.ts";
import type { Output } from "../output.ts";
import { createLiveBar } from "./live-bar.ts";
import { createLineFilter, type Progress, progressText } from "./progress.ts";

export interface EventView {
  readonly report: Report;
  /** Ends a live bar. Must be called however the operation ends. */
  close(): void;
}

export function createEventView(out: Output): EventView {
  if (out.json) return { report: (event) => out.record(event), close: () => {} };
  const canMove = process.stderr.isTTY && process.env.TERM !== "dumb";
  if (canMove && !out.quiet) return liveView(out);
  const isDue = createLineFilter();
  return viewOf((progress) => isDue(progress) && out.log.info(progressText(progress)), {
    say: (text) => out.log.info(text),
    warn: (text) => out.log.warn(text),
    close: () => {},
  });
}

function liveView(out: Output): EventView {
  const bar = createLiveBar(process.stderr);
  return viewOf((progress) => bar.show(progress), {
    say: (text) => bar.print(text),
    warn: (text) => bar.print(`${out.paint("yellow", "warning:")} ${text}`),
    close: () => bar.end(),
  });
}

interface Voice {
  readonly say: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly close: () => void;
}

function viewOf(show: (progress: Progress) => void, voice: Voice): EventView {
  let started: number | undefined;
  const report = (event: Event) => {
    if (isProgress(event)) {
      show({ ...event, elapsedMs: performance.now() - (started ?? performance.now()) });
      return;
    }
    if ("archives" in event || event.type === "planned") started = performance.now();
    const [level, text] = eventText(event);
    voice[level](text);
  };
  return { report, close: voice.close };
}
