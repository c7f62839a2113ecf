/**
 * Which archives came and went since the views were made last. For that they are remembered by the
 * first digits of their hashes, with spaces between: enough that no two are alike by chance, and too
 * few to be taken for a hash that somebody points at (see `pointers.ts`).
 */
import type { Sha256 } from "../../archives/mod.ts";

const DIGITS = 16;

export const digitsOf = (sha256: Sha256): string => sha256.slice(0, DIGITS);

/** In the order of their hashes. */
export function rememberStored(hashes: Iterable<Sha256>): string {
  return [...new Set([...hashes].map(digitsOf))].sort().join(" ");
}

/** The same with some more. */
export function rememberMore(remembered: string, hashes: Iterable<Sha256>): string {
  return rememberStored([...split(remembered), ...hashes]);
}

export interface StoreChange {
  /** First digits of those that came. */
  readonly added: Set<string>;
  readonly removed: number;
}

export function storeChange(remembered: string, here: ReadonlySet<Sha256>): StoreChange {
  const before = new Set(split(remembered));
  const known = before.size;
  const added = new Set<string>();
  let same = 0;
  for (const sha256 of here) {
    if (before.has(digitsOf(sha256))) same++;
    else added.add(digitsOf(sha256));
  }
  return { added, removed: known - same };
}

const split = (remembered: string): string[] => (remembered === "" ? [] : remembered.split(" "));
