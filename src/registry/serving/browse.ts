/** What pages tell of where an archive is and where it is from. */
import type { Registry } from "../open.ts";
import { PUBLISHED_ORIGIN } from "../paths.ts";
import type { FindOwner } from "./owner.ts";

export interface Browse {
  /** Whether what is not stored may be fetched. */
  readonly canFetch: boolean;
  /** The source that a module is from; undefined: it was published here. */
  source(module: string): string | undefined;
  /** Bytes of a stored archive; undefined: it is not here. */
  size(checksum: string): number | undefined;
}

export function browseRegistry(
  { archives }: Registry,
  owner: FindOwner,
  isOffline: () => boolean,
): Browse {
  return {
    get canFetch() {
      return !isOffline();
    },
    source(module) {
      const origin = owner(module)?.origin;
      return origin === PUBLISHED_ORIGIN ? undefined : origin;
    },
    size: (checksum) => archives.size(checksum),
  };
}
