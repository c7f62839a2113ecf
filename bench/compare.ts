/** Two ways of doing the same, one after the other, over and over: on a noisy machine only ratios hold. */

export interface Comparison {
  readonly name: string;
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** What the numbers are, such as `ms` or `requests/s`. */
  readonly unit: string;
  /** What it was held against. */
  readonly peer: string;
  /** What to reach, in words. */
  readonly target: string;
}

/** Measures both sides in each round. */
export async function compare(
  rounds: number,
  ours: (round: number) => Promise<number>,
  theirs: (round: number) => Promise<number>,
): Promise<{ ours: number[]; theirs: number[] }> {
  const result = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    result.theirs.push(await theirs(round));
    result.ours.push(await ours(round));
  }
  return result;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One Markdown row: both medians, and the ratio of the rounds with its spread. */
export function row({ name, ours, theirs, unit, peer, target }: Comparison): string {
  const ratios = ours.map((value, round) => value / theirs[round]!);
  const short = (value: number) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const cells = [
    name,
    `${short(median(ours))} ${unit}`,
    `${peer}: ${short(median(theirs))} ${unit}`,
    `${short(median(ratios))} (${short(Math.min(...ratios))} to ${short(Math.max(...ratios))})`,
    target,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
