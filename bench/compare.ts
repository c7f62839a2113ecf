/**
 * Two or more ways of doing the same, in turn, over and over: on a noisy machine only the ratios
 * within a round hold.
 */

/** One way of doing it. */
export interface Side {
  readonly name: string;
  /** @returns the figure of this round, such as milliseconds or requests a second */
  readonly measure: (round: number) => Promise<number>;
}

/**
 * Measures A B C, A B C, … and begins each round with another side, so that none is always the one
 * that comes after a heavy one.
 *
 * @param settle awaited before each measurement
 * @returns the figures of each side, by round
 */
export async function interleave(
  rounds: number,
  sides: readonly Side[],
  settle: () => Promise<void> = async () => {},
): Promise<number[][]> {
  const figures = sides.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const at = (round + turn) % sides.length;
      await settle();
      figures[at]!.push(await sides[at]!.measure(round));
    }
  }
  return figures;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @param values at least one */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return {
    median: sorted.length % 2 === 1 ? upper : (sorted[middle - 1]! + upper) / 2,
    least: sorted[0]!,
    most: sorted.at(-1)!,
  };
}

/** How ours stands to theirs, round by round. */
export function ratio(ours: readonly number[], theirs: readonly number[]): Spread {
  return spread(ours.map((figure, round) => figure / theirs[round]!));
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
