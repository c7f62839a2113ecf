/** Small charts as SVG: a bar for each, the longest first. */
import { countText } from "./format.ts";
import { type Html, html } from "./html.ts";
import { withoutControls } from "./layout.ts";

export interface Bar {
  readonly label: string;
  readonly href: string;
  readonly count: number;
}

const WIDTH = 720;
const ROW = 30;
const LABELS = 240;
const COUNTS = 70;
const MAX_LABEL = 34;

export function barChart(bars: readonly Bar[], what: string): Html {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const height = bars.length * ROW;
  const rows = bars.map(({ label, href, count }, i) => {
    const width = Math.max(2, Math.round(((WIDTH - LABELS - COUNTS) * count) / most));
    const letters = [...withoutControls(label)];
    const text = letters.length > MAX_LABEL ? `…${letters.slice(1 - MAX_LABEL).join("")}` : label;
    const middle = i * ROW + ROW / 2;
    return html`<a href="${href}"><text x="0" y="${middle + 5}">${text}</text></a><rect x="${LABELS}" y="${middle - 6}" width="${width}" height="12" rx="2"/><text x="${LABELS + width + 8}" y="${middle + 5}">${countText(count)}</text>`;
  });
  return html`<div class="chart" tabindex="0" role="group" aria-label="${what}"><svg width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">${rows}</svg></div>`;
}
