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
