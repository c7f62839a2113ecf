/**
 * Small archives that were asked for, in memory: reading a file costs more than sending it. Bounded;
 * what was not asked for longest goes first.
 */
import { Failure } from "../errors.ts";
import type { ArchiveStore, Sha256 } from "./archive-store.ts";

/** A bigger archive is sent from the disk as fast. */
const MOST_EACH = 64 * 1024;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Reads of a store by way of the memory. What is kept was hashed once more, so that no byte of a
 * spoilt file is sent many times.
 *
 * @throws {Failure} "integrity" when a small archive's file is not what its name says
 */
export function readHot(store: Pick<ArchiveStore, "get">): ArchiveStore["get"] {
  const kept = new Map<Sha256, Blob>();
  let bytes = 0;

  const keep = (sha256: Sha256, blob: Blob): void => {
    kept.set(sha256, blob);
    bytes += blob.size;
    for (const [oldest, { size }] of kept) {
      if (bytes <= MOST_BYTES) break;
      kept.delete(oldest);
      bytes -= size;
    }
  };

  return async (sha256) => {
    const known = kept.get(sha256);
    if (known) {
      kept.delete(sha256);
      kept.set(sha256, known);
      return known;
    }
    const stored = await store.get(sha256);
    if (!stored || stored.size > MOST_EACH) return stored;
    const data = await stored.bytes();
    if (Bun.SHA256.hash(data, "hex") !== sha256) throw damaged(sha256);
    const blob = new Blob([data]);
    // Another request may have been quicker.
    if (!kept.has(sha256)) keep(sha256, blob);
    return blob;
  };
}

function damaged(sha256: Sha256): Failure {
  const hint = "run `moonbit-registry verify --repair` on its server";
  return new Failure("integrity", `the stored archive ${sha256} is damaged`, hint);
}
