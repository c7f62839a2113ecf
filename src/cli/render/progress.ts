/** A download's progress as text: a bar for a terminal, a line for a log. Pure. */
import { bytes, count, duration } from "./units.ts";

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly bytes: number;
  /** Since the first download began. */
  readonly elapsedMs: number;
}

/** `312/6,548  9.8 MiB  4.1 MiB/s  2 failed  ETA 1 min 20 s` */
export function progressText(progress: Progress): string {
  return facts(progress).join("  ");
}

/**
 * The bar and as many of the facts as fit; never longer than `width` columns.
 *
 *     ████████████▌·············  48%  312/650  9.8 MiB  4.1 MiB/s  ETA 12 s
 */
export function progressBar(progress: Progress, width: number): string {
  const share = progress.total === 0 ? 1 : progress.done / progress.total;
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const shown = facts(progress);
  // From the right, what matters least goes first; the counts stay.
  while (shown.length > 1 && widthOf(percent, shown) + SMALLEST_BAR > width) shown.pop();
  const room = Math.min(LARGEST_BAR, width - widthOf(percent, shown));
  const text = `${percent}  ${shown.join("  ")}`;
  return room < SMALLEST_BAR ? text.slice(0, Math.max(0, width)) : `${bar(share, room)} ${text}`;
}

const SMALLEST_BAR = 8;
const LARGEST_BAR = 40;

function facts({ done, total, failed, bytes: size, elapsedMs }: Progress): string[] {
  const rate = elapsedMs > 0 ? (size * 1000) / elapsedMs : 0;
  const left = done > 0 ? (elapsedMs * (total - done)) / done : 0;
  return [
    `${count(done)}/${count(total)}`,
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    bytes(size),
    ...(rate > 0 ? [`${bytes(rate)}/s`] : []),
    ...(left > 0 ? [`ETA ${duration(left)}`] : []),
  ];
}

/** Everything but the bar: its two gaps too. */
function widthOf(percent: string, shown: readonly string[]): number {
  return percent.length + shown.join("  ").length + 3;
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

function bar(share: number, width: number): string {
  const eighths = Math.floor(Math.min(1, share) * width * 8);
  const filled = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return filled.padEnd(width, "·");
}

/** Which progress a log should hold: one line in two seconds, or when another tenth is done. */
export function createLineFilter(): (progress: Progress) => boolean {
  let lastMs = 0;
  let lastTenth = 0;
  return ({ done, total, elapsedMs }) => {
    const tenth = total === 0 ? 10 : Math.floor((done * 10) / total);
    if (elapsedMs - lastMs < 2_000 && tenth === lastTenth) return false;
    lastMs = elapsedMs;
    lastTenth = tenth;
    return true;
  };
}
