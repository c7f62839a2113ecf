/** How much is stored. It costs a look at every archive, so others have their turn in between. */
import { forEachGently } from "../breath.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";

/** @returns how many of these archives are here, and their bytes */
export async function storedSize(
  archives: Pick<ArchiveStore, "size">,
  hashes: Iterable<Sha256>,
): Promise<{ archives: number; bytes: number }> {
  const found = { archives: 0, bytes: 0 };
  await forEachGently(hashes, (sha256) => {
    const size = archives.size(sha256);
    if (size === undefined) return;
    found.archives++;
    found.bytes += size;
  });
  return found;
}
