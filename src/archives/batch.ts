/**
 * Many puts at once: bodies are staged as they come, and placed together, as making a thousand files
 * durable costs little more than making one.
 *
 * Placing blocks the thread for as long as the disk needs. How much is placed at once follows from
 * how long it took the last time, so that a fast disk is asked seldom and a slow stick in sips.
 */
import type { ArchiveBatch, Sha256, StoredArchive } from "./archive-store.ts";
import { place } from "./place.ts";
import { type Staged, stage } from "./stage.ts";

const FIRST_BYTES = 8 * 1024 * 1024;
const LEAST_BYTES = 1024 * 1024;
const MOST_BYTES = 256 * 1024 * 1024;
/** What a crash may cost: so much time, or so many archives, to be downloaded again. */
const MOST_MS = 5_000;
const MOST_ARCHIVES = 4_096;
/** How long placing may take before less is placed at once, and how short before more is. */
const SLOW_MS = 400;
const QUICK_MS = 150;

export function openBatch(root: string): ArchiveBatch {
  let staged: Staged[] = [];
  let bytes = 0;
  let since = performance.now();
  let limit = FIRST_BYTES;

  const flush = async (): Promise<void> => {
    const ready = staged;
    staged = [];
    bytes = 0;
    const started = performance.now();
    await place(root, ready);
    since = performance.now();
    const took = since - started;
    if (took > SLOW_MS) limit = Math.max(LEAST_BYTES, limit / 2);
    else if (took < QUICK_MS) limit = Math.min(MOST_BYTES, limit * 2);
  };

  const isFull = () =>
    bytes >= limit || staged.length >= MOST_ARCHIVES || performance.now() - since > MOST_MS;

  return {
    async add(body, expected?: Sha256): Promise<StoredArchive> {
      const archive = await stage(root, body, expected);
      staged.push(archive);
      bytes += archive.size;
      if (isFull()) await flush();
      return { sha256: archive.sha256, size: archive.size };
    },
    close: flush,
  };
}
