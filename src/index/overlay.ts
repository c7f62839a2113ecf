/**
 * Many indexes seen as one. A module belongs to the first origin that has it, with every version:
 * no other origin can shadow it or add a version to it, whatever it offers.
 */
import type { Modules } from "./modules.ts";

/** An index that takes part, such as a source's. */
export interface Origin<Blob> {
  readonly name: string;
  readonly modules: Modules<Blob>;
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

/** @param origins the most trusted first */
export function overlay<Blob>(origins: readonly Origin<Blob>[]): Modules<Owned<Blob>> {
  return {
    get(module) {
      for (const { name, modules } of origins) {
        const blob = modules.get(module);
        if (blob !== undefined) return { origin: name, blob };
      }
      return undefined;
    },
    *keys(mayOwn) {
      for (const [at, { modules }] of origins.entries()) {
        const before = origins.slice(0, at);
        for (const module of modules.keys(mayOwn)) {
          const isTaken = before.some((each) => each.modules.get(module) !== undefined);
          if (!isTaken) yield module;
        }
      }
    },
  };
}

/**
 * The modules that more than one origin has. Reads all of them.
 *
 * @param origins the most trusted first
 */
export function shadowed<Blob>(origins: readonly Origin<Blob>[]): Shadowed[] {
  const offering = new Map<string, string[]>();
  for (const { name, modules } of origins) {
    for (const module of modules.keys()) {
      const names = offering.get(module);
      if (names) names.push(name);
      else offering.set(module, [name]);
    }
  }
  return [...offering].flatMap(([module, [owner, ...losers]]) =>
    owner !== undefined && losers.length > 0 ? [{ module, owner, losers }] : [],
  );
}
