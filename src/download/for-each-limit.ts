/**
 * Runs work over items, so many at once. Results go where the work puts them: nothing is collected,
 * so memory does not grow with the number of items.
 *
 * The first failure, or the signal, stops taking items; what is under way is waited for.
 *
 * @throws what the first failing work threw, or the signal's reason
 */
export async function forEachLimit<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
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
  await Promise.all(Array.from({ length: Math.max(1, limit) }, worker));
  if (failure) throw failure.error;
  signal?.throwIfAborted();
}
