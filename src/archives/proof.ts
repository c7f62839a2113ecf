/** Hashes an archive before it is given out, and again when its file changed: no byte of a spoilt one is sent. */
import { sha256Of } from "../files/mod.ts";
import { createShared } from "../kept.ts";
import { createLru } from "../lru.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";
import { damagedArchive } from "./damaged.ts";

/** Stamps of so many archives are remembered: a few megabytes. */
const MOST_PROVEN = 50_000;

export interface Proof {
  /** @throws {Failure} "integrity" unless the stored bytes are what their name says */
  prove(sha256: Sha256, stored: Blob): Promise<void>;
  /** What was proven and is as it was then. */
  proven(sha256: Sha256): Blob | undefined;
}

export function createProof({ stamp }: Pick<ArchiveStore, "stamp">): Proof {
  const proofs = createLru<Sha256, { stamp: string; stored: Blob }>(MOST_PROVEN, () => 1);
  const shared = createShared<void>();

  const proven = (sha256: Sha256): Blob | undefined => {
    const known = proofs.get(sha256);
    return known && known.stamp === stamp(sha256) ? known.stored : undefined;
  };

  return {
    proven,
    async prove(sha256, stored) {
      const now = stamp(sha256);
      if (now === undefined) throw damagedArchive(sha256);
      if (proofs.get(sha256)?.stamp === now) return;
      await shared(`${sha256} ${now}`, () => hash(sha256, stored));
      proofs.set(sha256, { stamp: now, stored });
    },
  };
}

async function hash(sha256: Sha256, stored: Blob): Promise<void> {
  const actual = await sha256Of(stored).catch((error: unknown) => {
    throw damagedArchive(sha256, error);
  });
  if (actual !== sha256) throw damagedArchive(sha256);
}
