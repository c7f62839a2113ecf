/** Hashes an archive before it is given out, and again when its file changed: no byte of a spoilt one is sent. */
import { createLru } from "../lru.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";
import { damagedArchive } from "./damaged.ts";

/** Stamps of so many archives are remembered: a few megabytes. */
const MOST_PROVEN = 50_000;

/** @returns what throws a {Failure} "integrity" unless the stored bytes are what their name says */
export function createProof({ stamp }: Pick<ArchiveStore, "stamp">) {
  const proven = createLru<Sha256, string>(MOST_PROVEN, () => 1);
  const underWay = new Map<string, Promise<void>>();

  return async (sha256: Sha256, stored: Blob): Promise<void> => {
    const now = stamp(sha256);
    if (now === undefined) throw damagedArchive(sha256);
    if (proven.get(sha256) === now) return;
    const key = `${sha256} ${now}`;
    const work = underWay.get(key) ?? hash(sha256, stored).finally(() => underWay.delete(key));
    underWay.set(key, work);
    await work;
    proven.set(sha256, now);
  };
}

async function hash(sha256: Sha256, stored: Blob): Promise<void> {
  const hasher = new Bun.CryptoHasher("sha256");
  try {
    for await (const chunk of stored.stream()) hasher.update(chunk);
  } catch (error) {
    throw damagedArchive(sha256, error);
  }
  if (hasher.digest("hex") !== sha256) throw damagedArchive(sha256);
}
