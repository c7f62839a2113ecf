/** A directory in memory, on Linux: writing there takes the same time each round. */
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";

const SHARED_MEMORY = "/dev/shm";

const made: string[] = [];

/** @returns a new, empty directory, or undefined where there is no such place */
export function memoryDirectory(): string | undefined {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
  } catch {
    // Not Linux, or closed to this user: a disk will do.
    return undefined;
  }
  const directory = mkdtempSync(`${SHARED_MEMORY}/moonbit-bench-`);
  made.push(directory);
  return directory;
}

export function removeMemoryDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
