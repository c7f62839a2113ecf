/** What a manifest holds, before anything is known about its types. */

export interface Fields {
  /** In the manifest's order. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where each key of the first level stands, from 1. */
  readonly lines: ReadonlyMap<string, number>;
}
