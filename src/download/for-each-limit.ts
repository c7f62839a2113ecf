/**
 * Runs work over items, so many at once. Results go where the work puts them: nothing is collected,
 * so memory does not grow with the number of items.
 *
 * The first failure, or the signal, stops taking items; what is under way is waited for.
 *
 * @throws the signal's reason, once it has one; else what the first failing work threw
 */
export async function forEachLimit<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  if (!(limit >= 1)) throw new RangeError(`${limit} at once is no limit`);
  const iterator = items[Symbol.iterator]();
  let failure: { error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (!failure && !signal?.aborted) {
      const next = iterator.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  signal?.throwIfAborted();
  if (failure) throw failure.error;
}
