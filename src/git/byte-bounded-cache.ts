/** Keeps what was used last, up to so many bytes. */

export interface ByteBoundedCache<K, V> {
  get(key: K): V | undefined;
  /** Keeps nothing that would take more than a quarter of the room. */
  set(key: K, value: V): void;
}

/** @param limit in bytes @param sizeOf a value, in bytes */
export function byteBoundedCache<K, V>(
  limit: number,
  sizeOf: (value: V) => number,
): ByteBoundedCache<K, V> {
  const map = new Map<K, V>();
  let bytes = 0;
  return {
    get(key) {
      const value = map.get(key);
      if (value !== undefined) {
        // Re-inserting keeps the map in order of use.
        map.delete(key);
        map.set(key, value);
      }
      return value;
    },
    set(key, value) {
      const size = sizeOf(value);
      if (size > limit / 4 || map.has(key)) return;
      map.set(key, value);
      bytes += size;
      for (const [oldest, old] of map) {
        if (bytes <= limit) break;
        map.delete(oldest);
        bytes -= sizeOf(old);
      }
    },
  };
}
