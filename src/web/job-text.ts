/** What a job tells, in lines for a person. */
import { type Event, eventText, type Job, type ProgressEvent } from "../registry/mod.ts";
import { bytesText, countText, plural } from "../units.ts";

export function jobLine(event: Exclude<Event, ProgressEvent>): string {
  const [level, text] = eventText(event);
  return level === "warn" ? `warning: ${text}` : text;
}

export function progressText({ done, total, failed, bytes }: ProgressEvent): string {
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
