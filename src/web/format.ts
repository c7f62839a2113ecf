/** Times as a person reads them. */
import { type Html, html } from "./html.ts";

/** @example dayText(0) → "1 Jan 1970" */
function dayText(time: number): string {
  const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const date = new Date(time);
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
}

/** How long ago, coarsely; a day when it was long ago. */
function agoText(time: number, now: number): string {
  const minutes = Math.floor((now - time) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days === 1 ? "yesterday" : days < 30 ? `${days} days ago` : dayText(time);
}

/** A day, with the exact time for machines and for who hovers. */
export function day(time: number | undefined): Html {
  if (time === undefined) return html`<span class="quiet">no date</span>`;
  const iso = new Date(time).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${dayText(time)}</time>`;
}

export function ago(time: number, now: number): Html {
  const iso = new Date(time).toISOString();
  return html`<time datetime="${iso}" title="${iso}">${agoText(time, now)}</time>`;
}
