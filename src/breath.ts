/** Long work in slices, so that a server answers others meanwhile and Ctrl-C is heard. */

/** How long a slice may keep the thread, in milliseconds. */
const SLICE_MS = 10;

/**
 * To be called in a loop that may take long.
 *
 * @returns lets others have their turn when it is time for that, and undefined when it is not
 * @throws the signal's reason after such a turn, once it has one
 */
export function createBreath(signal?: AbortSignal): () => Promise<void> | undefined {
  let since = performance.now();
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    since = performance.now();
  };
  return () => (performance.now() - since < SLICE_MS ? undefined : turn());
}

/** The same items, with such turns between them. */
export async function* gently<T>(items: Iterable<T>): AsyncGenerator<T> {
  const breathe = createBreath();
  for (const item of items) {
    yield item;
    const turn = breathe();
    if (turn) await turn;
  }
}

/** Does a moment's work with each of many, with such turns between them. */
export async function forEachGently<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
  const breathe = createBreath();
  for (const item of items) {
    work(item);
    const turn = breathe();
    if (turn) await turn;
  }
}

/**
 * Goes through steps with such turns between them, and gives what they come to.
 *
 * @param breathe of a longer work that these steps are a part of, or one that hears a signal
 */
export async function stepped<T>(
  steps: Iterator<unknown, T>,
  breathe: () => Promise<void> | undefined = createBreath(),
): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    const turn = breathe();
    if (turn) await turn;
  }
}

/** The same in one go. */
export function atOnce<T>(steps: Iterator<unknown, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
