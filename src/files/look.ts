/**
 * A look at the disk that is not repeated for a moment: what thousands of requests a second ask is
 * looked up a hundred times. Others' changes are seen that much later.
 */

/** @param ms how long what was seen stands */
export function lookEvery<T>(ms: number, look: () => T): () => T {
  let seen: { readonly what: T; readonly until: number } | undefined;
  return () => {
    const now = performance.now();
    if (seen === undefined || now >= seen.until) seen = { what: look(), until: now + ms };
    return seen.what;
  };
}

/**
 * A look that stands for all that is asked in the same turn of the event loop: requests that came
 * together share it, and the next that comes looks anew.
 */
export function lookEachTurn<T>(look: () => T): () => T {
  let seen: { readonly what: T } | undefined;
  const forget = () => {
    seen = undefined;
  };
  return () => {
    if (seen === undefined) {
      seen = { what: look() };
      setImmediate(forget);
    }
    return seen.what;
  };
}
