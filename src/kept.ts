/** What takes long to make: made once for all who ask at the same time, and kept while there is room. */
import { createLru } from "./lru.ts";

/** Those who ask for one key while it is being made share what comes of it, also its failure. */
export type Shared<T> = (key: string, make: () => Promise<T>) => Promise<T>;

export function createShared<T>(): Shared<T> {
  const underWay = new Map<string, Promise<T>>();
  return (key, make) => {
    const begun = underWay.get(key) ?? make().finally(() => underWay.delete(key));
    underWay.set(key, begun);
    return begun;
  };
}

/** @param make asked for what is not kept; that there is nothing, or why there is not, is not kept */
export type Kept<T> = (key: string, make: () => Promise<T>) => Promise<T>;

/** @param sizeOf in what `limit` counts */
export function createKept<T>(limit: number, sizeOf: (value: NonNullable<T>) => number): Kept<T> {
  const kept = createLru<string, NonNullable<T>>(limit, sizeOf);
  const shared = createShared<T>();
  return async (key, make) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    return await shared(key, async () => {
      const made = await make();
      if (made !== undefined && made !== null) kept.set(key, made);
      return made;
    });
  };
}
