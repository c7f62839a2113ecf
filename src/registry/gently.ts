/** Long loops that let others have their turn, as a server goes on answering meanwhile. */

const AT_ONCE = 200;

/** The same items, with a breath after each so many of them. */
export async function* gently<T>(items: Iterable<T>): AsyncGenerator<T> {
  let left = AT_ONCE;
  for (const item of items) {
    yield item;
    if (--left > 0) continue;
    left = AT_ONCE;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
