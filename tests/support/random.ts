/** Seeded randomness for property-based tests: a failure names the seed that shows it again. */

export interface Random {
  readonly seed: number;
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  pick<T>(items: readonly T[]): T;
  bytes(length: number): Buffer;
  chance(probability: number): boolean;
}

/** Source: mulberry32, a public-domain generator by Tommy Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return {
    seed,
    int,
    pick: (items) => items[int(items.length)]!,
    bytes: (length) => Buffer.from(Array.from({ length }, () => int(256))),
    chance: (probability) => next() < probability,
  };
}

/** Runs a property many times. MOONBIT_REGISTRY_TEST_SEED repeats a run. */
export function forAll(runs: number, property: (random: Random) => void): void {
  for (const seed of seeds(runs)) {
    try {
      property(createRandom(seed));
    } catch (error) {
      throw new Error(`fails with MOONBIT_REGISTRY_TEST_SEED=${seed}`, { cause: error });
    }
  }
}

/** As `forAll`, one run after the other. */
export async function forAllAsync(
  runs: number,
  property: (random: Random) => Promise<void>,
): Promise<void> {
  for (const seed of seeds(runs)) {
    try {
      await property(createRandom(seed));
    } catch (error) {
      throw new Error(`fails with MOONBIT_REGISTRY_TEST_SEED=${seed}`, { cause: error });
    }
  }
}

function* seeds(runs: number): Generator<number> {
  const first = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1_000_000_000);
  for (let run = 0; run < runs; run++) yield first + run;
}
