/** Small charts as SVG: a bar for each, the longest first. */
import { countText } from "../units.ts";
import { type Html, html } from "./html.ts";
import { shortened } from "./layout.ts";

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
    const middle = i * ROW + ROW / 2;
    return html`<a href="${href}"><text x="0" y="${middle + 5}">${shortened(label, MAX_LABEL)}</text></a><rect x="${LABELS}" y="${middle - 6}" width="${width}" height="12" rx="2"/><text x="${LABELS + width + 8}" y="${middle + 5}">${countText(count)}</text>`;
  });
  return html`<div class="chart" tabindex="0" role="group" aria-label="${what}"><svg width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">${rows}</svg></div>`;
}

export interface Column {
  /** Such as `2026-11-21`. */
  readonly day: string;
  readonly count: number;
}

const COLUMN = 16;
const HEIGHT = 120;

/** A column for each day, in their order; the first, the last and the highest are named. */
export function columnChart(
  columns: readonly Column[],
  what: string,
  text: (count: number) => string,
): Html {
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const rows = columns.map(({ day, count }, i) => {
    const height = Math.max(1, Math.round((HEIGHT * count) / most));
    return html`<rect x="${i * COLUMN}" y="${HEIGHT + 24 - height}" width="${COLUMN - 4}" height="${height}" rx="2"><title>${day}: ${text(count)}</title></rect>`;
  });
  const width = Math.max(columns.length * COLUMN, 240);
  const [first, last] = [columns[0]?.day, columns.at(-1)?.day];
  return html`<div class="chart" tabindex="0" role="group" aria-label="${what}"><svg width="${width}" height="${HEIGHT + 48}" viewBox="0 0 ${width} ${HEIGHT + 48}"><text x="0" y="14">at most ${text(most)}</text>${rows}<text x="0" y="${HEIGHT + 42}">${first}</text><text x="${width}" y="${HEIGHT + 42}" text-anchor="end">${last}</text></svg></div>`;
}
