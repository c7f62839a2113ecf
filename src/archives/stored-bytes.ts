/** How much is stored. It costs a look at every archive, so others have their turn in between. */
import { forEachGently } from "../breath.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";

/** @returns bytes of these archives; one that is gone by now has none */
export async function storedBytes(
  archives: Pick<ArchiveStore, "size">,
  hashes: Iterable<Sha256>,
): Promise<number> {
  let bytes = 0;
  await forEachGently(hashes, (sha256) => {
    bytes += archives.size(sha256) ?? 0;
  });
  return bytes;
}
