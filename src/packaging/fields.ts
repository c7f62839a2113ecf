/** What a manifest holds, before anything is known about its types. */

/** Deeper values are nobody's: the limit keeps the reader's own stack whole. */
export const MAX_DEPTH = 64;

export interface Fields {
  /** In the manifest's order. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each key of the first level stands, from 1. */
  readonly lines: ReadonlyMap<string, number>;
}
