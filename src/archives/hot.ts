/**
 * Small archives that are asked for again and again, in memory: reading a file costs more than sending
 * it. Bounded; what was not asked for longest goes first. What is asked for once does not come in, so that
 * whoever copies the whole registry drives out nothing.
 */
import { createLru } from "../lru.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";
import { createProof } from "./proof.ts";

export interface HotArchives {
  /**
   * As the store's, but of nothing that was not hashed: no byte of a spoilt file is sent.
   *
   * @throws {Failure} "integrity" when an archive's file is not what its name says, or cannot be read
   */
  get: ArchiveStore["get"];
  /** An archive that can be sent without another look at its bytes: it is in memory, or as it was when it was hashed. */
  kept(sha256: Sha256): Blob | undefined;
}

const MOST_BYTES = 64 * 1024 * 1024;
/** Archives of which it is remembered that they were asked for once: about as many as are kept. */
const MOST_ONCE = 2_000;

/** Remembers what is read of a store. */
export function createHotArchives(
  store: Pick<ArchiveStore, "get" | "load" | "stamp">,
): HotArchives {
  const archives = createLru<Sha256, Blob>(MOST_BYTES, ({ size }) => size);
  const { prove, proven } = createProof(store);
  const once = createLru<Sha256, true>(MOST_ONCE, () => 1);

  const isAskedAgain = (sha256: Sha256): boolean => {
    if (once.get(sha256)) return true;
    once.set(sha256, true);
    return false;
  };

  const big = async (sha256: Sha256) => {
    const stored = await store.get(sha256);
    if (stored) await prove(sha256, stored);
    return stored;
  };

  return {
    kept: (sha256) => archives.get(sha256) ?? proven(sha256),
    async get(sha256) {
      const known = archives.get(sha256);
      if (known) return known;
      const loaded = store.load(sha256);
      if (!loaded) return await big(sha256);
      if (isAskedAgain(sha256)) archives.set(sha256, loaded);
      return loaded;
    },
  };
}
