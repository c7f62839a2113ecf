/** The command line of a soak. */

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Never end the server: to see whether its memory grows. */
  readonly steady: boolean;
}

export const USAGE = "usage: npm run soak [-- --minutes N] [--seed N]";

const MINUTES = 10;

/** @returns undefined for words that are not understood */
export function parseOptions(args: readonly string[]): SoakOptions | undefined {
  const options = { minutes: MINUTES, seed: Date.now() % 1_000_000_000, steady: false };
  const words = [...args];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--steady") {
      options.steady = true;
      continue;
    }
    const value = Number(words.shift() ?? Number.NaN);
    if (word === "--minutes" && value > 0 && value < 1e6) options.minutes = value;
    else if (word === "--seed" && Number.isSafeInteger(value)) options.seed = value;
    else return undefined;
  }
  return options;
}
