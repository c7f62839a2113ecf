/** What a job tells, in lines for a person. */
import type { Event, Job, ProgressEvent } from "../registry/mod.ts";
import { bytesText, countText, plural } from "./format.ts";

export function jobLine(event: Exclude<Event, ProgressEvent>): string {
  switch (event.type) {
    case "refreshing":
      return `asking ${event.source} for its index`;
    case "refreshed":
      return `${event.source}: ${plural(event.modules, "module")}, index ${event.outcome}`;
    case "planned": {
      const what = `${plural(event.versions, "version")} of ${plural(event.modules, "module")}`;
      return `${what}; ${countText(event.missing)} to download`;
    }
    case "held":
      return "the policy holds versions back";
    case "warning":
      return `warning: ${event.message}`;
    case "failed":
      return `${event.module}@${event.version}: ${event.reason}: ${event.message}`;
    case "problem":
      return `problem: ${event.message}`;
  }
}

export function progressText(event: ProgressEvent): string {
  if ("archives" in event) {
    return `${plural(event.archives, "archive")} checked, ${bytesText(event.bytes)}`;
  }
  const { done, total, failed, bytes } = event;
  const trouble = failed > 0 ? `, ${countText(failed)} failed` : "";
  return `${countText(done)} of ${countText(total)} archives, ${bytesText(bytes)}${trouble}`;
}

/** How it ended; undefined while it runs. */
export function outcomeText({ outcome }: Job): { ok: boolean; text: string } | undefined {
  if (!outcome) return undefined;
  if (outcome.kind === "failed") return { ok: false, text: `Failed: ${outcome.message}` };
  if (outcome.kind === "verify") {
    const { archives, bytes, problems } = outcome.summary;
    const proven = `${plural(archives, "archive")} proven, ${bytesText(bytes)}`;
    if (problems.length === 0) return { ok: true, text: `Everything is whole: ${proven}` };
    return { ok: false, text: `${plural(problems.length, "problem")}; ${proven}` };
  }
  const { downloaded, failed, bytes, sources } = outcome.summary;
  const broken = sources.filter((source) => source.outcome === "failed");
  const got =
    downloaded === 0
      ? "Nothing new to store"
      : `${plural(downloaded, "archive")} stored, ${bytesText(bytes)}`;
  const troubles = [
    ...(failed > 0 ? [`${plural(failed, "archive")} failed`] : []),
    ...broken.map(({ name }) => `${name} did not answer`),
  ];
  return { ok: troubles.length === 0, text: [got, ...troubles].join("; ") };
}
