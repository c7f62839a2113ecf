/** What failed a moment ago, so that a source which is dead is told of at once and not asked by every client. */

/** How long it counts, in milliseconds. */
const MEMORY_MS = 10_000;
const MOST_REMEMBERED = 10_000;

export interface FailureMemory<T> {
  /** What came of it a moment ago; undefined when it may be tried. */
  find(key: string): { readonly outcome: T } | undefined;
  remember(key: string, outcome: T): void;
  forget(): void;
}

export function createFailureMemory<T>(): FailureMemory<T> {
  const known = new Map<string, { outcome: T; until: number }>();
  return {
    find(key) {
      const found = known.get(key);
      if (found && found.until > performance.now()) return found;
      known.delete(key);
      return undefined;
    },
    remember(key, outcome) {
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(key, { outcome, until: performance.now() + MEMORY_MS });
    },
    forget: () => known.clear(),
  };
}
