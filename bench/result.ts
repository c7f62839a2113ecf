/** What a benchmark found, and whether that is good enough. */

import { ratio, type Side, type Spread, spread } from "./compare.ts";
import { missing } from "./processes.ts";

export interface Goal {
  /** Of this program's own figure, or of its ratio to the peer's. */
  readonly of: "figure" | "ratio";
  readonly sign: "≤" | "≥";
  readonly value: number;
}

export interface Measured {
  readonly what: string;
  /** Of the figures: `ms`, `requests/s`, `MB`, `bytes`. */
  readonly unit: string;
  /** This program's figures, by round. */
  readonly ours: readonly number[];
  readonly peer?: { readonly name: string; readonly figures: readonly number[] };
  readonly goal?: Goal;
}

/** What could not be measured here, and why. */
export interface Skipped {
  readonly what: string;
  readonly skipped: string;
}

export type Result = Measured | Skipped;

/** A row that says which of some programs a measurement would have needed; none when all are here. */
export function skippedWithout(what: string, ...programs: readonly string[]): Skipped[] {
  const skipped = missing(...programs);
  return skipped === undefined ? [] : [{ what, skipped }];
}

/** The ratio to the peer, if there is one. */
export function ratioOf({ ours, peer }: Measured): Spread | undefined {
  return peer && ratio(ours, peer.figures);
}

/** Whether the median reaches the goal; undefined without one. */
export function isMet(measured: Measured): boolean | undefined {
  const { goal, ours } = measured;
  if (!goal) return undefined;
  const reached = goal.of === "ratio" ? ratioOf(measured)?.median : spread(ours).median;
  if (reached === undefined) throw new TypeError(`${measured.what}: the goal needs a peer`);
  return goal.sign === "≤" ? reached <= goal.value : reached >= goal.value;
}

/**
 * This program beside each of its peers.
 *
 * @param sides this program first
 * @param figures as `interleave` gives them
 * @param goals by the peer's name
 */
export function besideEach(
  what: string,
  unit: string,
  sides: readonly Side[],
  figures: readonly (readonly number[])[],
  goals: Readonly<Record<string, Goal>> = {},
): Measured[] {
  return sides.slice(1).map(({ name }, at) => {
    const goal = goals[name];
    const peer = { name, figures: figures[at + 1]! };
    return { what, unit, ours: figures[0]!, peer, ...(goal && { goal }) };
  });
}

/** A goal for a ratio: at most, or at least. */
export const atMost = (value: number): Goal => ({ of: "ratio", sign: "≤", value });
export const atLeast = (value: number): Goal => ({ of: "ratio", sign: "≥", value });

/** A goal for this program's own figure, in its unit. */
export const below = (value: number): Goal => ({ of: "figure", sign: "≤", value });
