/**
 * The biggest object that anybody needs, as an index file grows by a line a version, and far more of them than
 * an index of a million modules has.
 */
export const INDEX_LIMITS = { object: 256 * 1024 ** 2, objects: 4_000_000 } as const;

/** What is beyond a bound: to ask for the same again would bring the same. */
export class LimitError extends RangeError {
  override readonly name = "LimitError";
}
