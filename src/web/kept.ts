/** What takes long to make: made once for all who ask at the same time, and kept while there is room. */
import { createLru } from "../lru.ts";

/** @param make asked for what is not kept; that there is nothing, or why there is not, is not kept */
export type Kept<T> = (key: string, make: () => Promise<T>) => Promise<T>;

/** @param sizeOf in what `limit` counts */
export function createKept<T>(limit: number, sizeOf: (value: NonNullable<T>) => number): Kept<T> {
  const kept = createLru<string, NonNullable<T>>(limit, sizeOf);
  const underWay = new Map<string, Promise<T>>();
  const begin = async (key: string, make: () => Promise<T>): Promise<T> => {
    try {
      const made = await make();
      if (made !== undefined && made !== null) kept.set(key, made);
      return made;
    } finally {
      underWay.delete(key);
    }
  };
  return async (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const begun = underWay.get(key) ?? begin(key, make);
    underWay.set(key, begun);
    return await begun;
  };
}
