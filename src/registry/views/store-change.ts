/**
 * Which archives came and went since the views were made last. For that they are remembered by the
 * first digits of their hashes, with spaces between: enough that no two are alike by chance, and too
 * few to be taken for a hash that somebody points at (see `pointers.ts`). There may be a million of them,
 * so others have their turn in between.
 */
import type { Sha256 } from "../../archives/mod.ts";
import { forEachGently } from "../../breath.ts";

const DIGITS = 16;

export const digitsOf = (sha256: Sha256): string => sha256.slice(0, DIGITS);

/** In the order of their hashes. */
export async function rememberStored(hashes: Iterable<Sha256>): Promise<string> {
  // By their first digits: sorting all of them at once would be one long step.
  const shards = new Map<string, Set<string>>();
  await forEachGently(hashes, (sha256) => {
    const shard = shards.getOrInsertComputed(sha256.slice(0, 2), () => new Set());
    shard.add(digitsOf(sha256));
  });
  const sorted: string[] = [];
  await forEachGently([...shards.keys()].sort(), (name) => {
    sorted.push([...shards.get(name)!].sort().join(" "));
  });
  return sorted.join(" ");
}

/** The same with some more. */
export async function rememberMore(remembered: string, hashes: Iterable<Sha256>): Promise<string> {
  return await rememberStored([...split(remembered), ...hashes]);
}

export interface StoreChange {
  /** First digits of those that came. */
  readonly added: Set<string>;
  readonly removed: number;
}

/**
 * @param remembered as `rememberStored` gave it
 * @param here what is stored now
 */
export async function storeChange(
  remembered: string,
  here: ReadonlySet<Sha256>,
): Promise<StoreChange> {
  const before = new Set<string>();
  await forEachGently(split(remembered), (digits) => before.add(digits));
  const known = before.size;
  const added = new Set<string>();
  let same = 0;
  await forEachGently(here, (sha256) => {
    if (before.has(digitsOf(sha256))) same++;
    else added.add(digitsOf(sha256));
  });
  return { added, removed: known - same };
}

const split = (remembered: string): string[] => (remembered === "" ? [] : remembered.split(" "));
