/**
 * Small archives that are asked for again and again, in memory: reading a file costs more than sending
 * it. Bounded; what was not asked for longest goes first. What is asked for once does not come in, so that
 * whoever copies the whole registry drives out nothing.
 */
import type { ArchiveStore, Sha256 } from "./archive-store.ts";

export interface HotArchives {
  /**
   * As the store's, but small archives are hashed on the way: no byte of a spoilt file is sent many times.
   *
   * @throws {Failure} "integrity" when a small archive's file is not what its name says
   */
  get: ArchiveStore["get"];
  /** An archive that is in memory. */
  kept(sha256: Sha256): Blob | undefined;
}

const MOST_BYTES = 64 * 1024 * 1024;
/** Archives of which it is remembered that they were asked for once: about as many as are kept. */
const MOST_ONCE = 2_000;

/** Remembers what is read of a store. */
export function createHotArchives(store: Pick<ArchiveStore, "get" | "load">): HotArchives {
  const archives = new Map<Sha256, Blob>();
  const once = new Set<Sha256>();
  let bytes = 0;

  const kept = (sha256: Sha256): Blob | undefined => {
    const known = archives.get(sha256);
    if (known) {
      // Re-inserting keeps the map in order of use.
      archives.delete(sha256);
      archives.set(sha256, known);
    }
    return known;
  };
  const keep = (sha256: Sha256, archive: Blob): void => {
    archives.set(sha256, archive);
    bytes += archive.size;
    for (const [oldest, { size }] of archives) {
      if (bytes <= MOST_BYTES) break;
      archives.delete(oldest);
      bytes -= size;
    }
  };
  const isAskedAgain = (sha256: Sha256): boolean => {
    if (once.delete(sha256)) return true;
    once.add(sha256);
    for (const oldest of once) {
      if (once.size <= MOST_ONCE) break;
      once.delete(oldest);
    }
    return false;
  };

  return {
    kept,
    async get(sha256) {
      const known = kept(sha256);
      if (known) return known;
      const loaded = store.load(sha256);
      if (!loaded) return await store.get(sha256);
      if (isAskedAgain(sha256)) keep(sha256, loaded);
      return loaded;
    },
  };
}
