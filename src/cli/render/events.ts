/** Shows an operation's events while it runs: NDJSON, a live bar, or plain lines. */
import type { Event, Report } from "../../registry/mod.ts";
import type { Output } from "../output.ts";
import { createLiveBar } from "./live-bar.ts";
import { createLineFilter, type Progress, progressText } from "./progress.ts";
import { bytes, count, heldText, plural } from "./units.ts";

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
    if (event.type === "progress") {
      show({ ...event, elapsedMs: performance.now() - (started ?? performance.now()) });
      return;
    }
    if ("archives" in event || event.type === "planned") started = performance.now();
    const [level, text] = eventLine(event);
    voice[level](text);
  };
  return { report, close: voice.close };
}

/** What there is to say about an event that is no progress. */
export function eventLine(event: Exclude<Event, { type: "progress" }>): ["say" | "warn", string] {
  switch (event.type) {
    case "refreshing":
      return ["say", `asking ${event.source} for its index`];
    case "refreshed": {
      const modules = plural(event.modules, "module");
      return ["say", `${event.source}: ${modules}, index ${event.outcome}`];
    }
    case "planned": {
      const { modules, versions, missing } = event;
      const what = `${plural(versions, "version")} of ${plural(modules, "module")}`;
      return ["say", `${what}; ${count(missing)} to download`];
    }
    case "held":
      return ["say", `policy holds back ${heldText(event)}`];
    case "checking":
    case "exporting":
    case "importing":
      return ["say", `${event.type} ${plural(event.archives, "archive")}, ${bytes(event.bytes)}`];
    case "problem":
      return ["warn", `${event.kind} ${event.subject}: ${event.message}`];
    case "warning":
      return ["warn", event.message];
    case "failed":
      return ["warn", `${event.module}@${event.version}: ${event.reason}: ${event.message}`];
  }
}
