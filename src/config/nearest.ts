/** What somebody may have meant: the closest of the names that exist. */

/**
 * The name that takes the fewest changed, added, dropped or swapped letters to reach, or undefined
 * when none is close. Case does not count.
 */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  // A third of the letters: `ful` reaches `full`, `x` reaches nothing.
  let limit = Math.max(1, Math.ceil(wanted.length / 3));
  let best: string | undefined;
  for (const name of names) {
    const candidate = name.toLowerCase();
    const distance = editDistance(wanted, candidate);
    if (distance < candidate.length && distance <= limit) {
      best = name;
      limit = distance - 1;
    }
  }
  return best;
}

/** Optimal string alignment distance, over UTF-16 units. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
