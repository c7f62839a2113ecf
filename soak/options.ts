/** The command line of a soak. */

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
}

export const USAGE = "usage: npm run soak [-- --minutes N] [--seed N]";

const MINUTES = 10;

/** @returns undefined for words that are not understood */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  let minutes = MINUTES;
  let seed = Date.now() % 1_000_000_000;
  for (let at = 0; at < args.length; at += 2) {
    const value = Number(args[at + 1] ?? Number.NaN);
    if (args[at] === "--minutes" && value > 0 && value < 1e6) minutes = value;
    else if (args[at] === "--seed" && Number.isSafeInteger(value)) seed = value;
    else return undefined;
  }
  return { minutes, seed };
}
