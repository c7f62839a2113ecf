/**
 * Many indexes seen as one. A module belongs to the first origin that has it, with every version:
 * no other origin can shadow it or add a version to it, whatever it offers.
 */

/** An index that takes part, such as a source's. */
export interface Origin<Blob> {
  readonly name: string;
  readonly modules: ReadonlyMap<string, Blob>;
}

export interface Owned<Blob> {
  readonly origin: string;
  readonly blob: Blob;
}

export interface Shadowed {
  readonly module: string;
  readonly owner: string;
  /** Who offers it too, in order of priority. */
  readonly losers: readonly string[];
}

export interface Overlay<Blob> {
  readonly modules: ReadonlyMap<string, Owned<Blob>>;
  readonly shadowed: readonly Shadowed[];
}

/** @param origins the most trusted first */
export function overlay<Blob>(origins: readonly Origin<Blob>[]): Overlay<Blob> {
  const modules = new Map<string, Owned<Blob>>();
  const losers = new Map<string, string[]>();
  for (const origin of origins) {
    for (const [module, blob] of origin.modules) {
      if (!modules.has(module)) modules.set(module, { origin: origin.name, blob });
      else losers.set(module, [...(losers.get(module) ?? []), origin.name]);
    }
  }
  const shadowed = [...losers].map(([module, names]) => ({
    module,
    owner: modules.get(module)!.origin,
    losers: names,
  }));
  return { modules, shadowed };
}
