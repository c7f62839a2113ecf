/** What an operation tells, in words. The command line and the pages show these, each in its own dress. */
import { bytesText, countText, plural } from "../units.ts";
import type { Event } from "./events.ts";

/** How far an operation is: only the last of them is of interest. */
export type ProgressEvent = Extract<Event, { type: "progress" }>;

/** Whether an event tells how far an operation is: the later one takes the place of the one before. */
export function isProgress(event: Event): event is ProgressEvent {
  return event.type === "progress";
}

/** What there is to say about an event that is no progress, and whether it is a warning. */
export function eventText(event: Exclude<Event, ProgressEvent>): ["say" | "warn", string] {
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
      return ["say", `${what}; ${countText(missing)} to download`];
    }
    case "held":
      return ["say", `policy holds back ${heldText(event)}`];
    case "checking":
    case "exporting":
    case "importing": {
      const archives = plural(event.archives, "archive");
      return ["say", `${event.type} ${archives}, ${bytesText(event.bytes)}`];
    }
    case "problem":
      return ["warn", `${event.kind} ${event.subject}: ${event.message}`];
    case "warning":
      return ["warn", event.message];
    case "failed":
      return ["warn", `${event.module}@${event.version}: ${event.reason}: ${event.message}`];
  }
}

/** `2 blocked versions, 1 young version` */
export function heldText({ blocked, young }: { blocked: number; young: number }): string {
  return [
    blocked > 0 ? plural(blocked, "blocked version") : "",
    young > 0 ? plural(young, "young version") : "",
  ]
    .filter(Boolean)
    .join(", ");
}
