/** A map with a bound, for what can be had again: what was not asked for longest goes first. */

export interface Lru<K, V> {
  get(key: K): V | undefined;
  /**
   * Takes the place of what has this key. What is bigger than the whole bound is not kept.
   *
   * @returns the value
   */
  set(key: K, value: V): V;
  clear(): void;
}

/**
 * @param limit what all values together may have of whatever `sizeOf` counts
 * @param sizeOf the same of a value and its key each time that it is asked
 */
export function createLru<K, V>(limit: number, sizeOf: (value: V, key: K) => number): Lru<K, V> {
  const map = new Map<K, V>();
  let size = 0;

  const remove = (key: K): void => {
    const value = map.get(key);
    if (value === undefined) return;
    map.delete(key);
    size -= sizeOf(value, key);
  };
  return {
    get(key) {
      const value = map.get(key);
      if (value === undefined) return undefined;
      // Re-inserting keeps the map in order of use.
      map.delete(key);
      map.set(key, value);
      return value;
    },
    set(key, value) {
      remove(key);
      const added = sizeOf(value, key);
      if (added > limit) return value;
      map.set(key, value);
      size += added;
      for (const oldest of map.keys()) {
        if (size <= limit) break;
        remove(oldest);
      }
      return value;
    },
    clear() {
      map.clear();
      size = 0;
    },
  };
}
