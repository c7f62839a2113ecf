/**
 * Many puts at once: bodies are staged as they come, and placed together, as making a thousand files
 * durable costs little more than making one. More are staged while some are placed, and no more than
 * that: a disk that cannot follow slows down what it is filled with.
 */
import type { ArchiveBatch, Sha256, StoredArchive } from "./archive-store.ts";
import { place } from "./place.ts";
import { type Staged, stage } from "./stage.ts";

/** What a crash may cost, to be downloaded again: so many bytes, archives, milliseconds. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_ARCHIVES = 1_024;
const MOST_MS = 5_000;

export function openBatch(root: string): ArchiveBatch {
  let staged: Staged[] = [];
  let bytes = 0;
  let since = performance.now();
  let placing: Promise<void> | undefined;

  const flush = (): Promise<void> => {
    placing ??= placeStaged().finally(() => {
      placing = undefined;
    });
    return placing;
  };
  const placeStaged = async (): Promise<void> => {
    const ready = staged;
    staged = [];
    bytes = 0;
    since = performance.now();
    await place(root, ready);
  };
  const isFull = () =>
    bytes >= MOST_BYTES || staged.length >= MOST_ARCHIVES || performance.now() - since > MOST_MS;

  return {
    async add(body, expected?: Sha256): Promise<StoredArchive> {
      const archive = await stage(root, body, expected);
      staged.push(archive);
      bytes += archive.size;
      if (isFull()) await flush();
      return { sha256: archive.sha256, size: archive.size };
    },
    async close() {
      while (placing || staged.length > 0) await flush();
    },
  };
}
