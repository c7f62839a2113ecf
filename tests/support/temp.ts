/** Directories that go away when the tests are over (see `preload.ts`). */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new, empty directory, removed after the last test. */
export function tempDirectory(name = "registry"): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `moonbit-${name}-`)));
  made.push(directory);
  return directory;
}

export function removeTempDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}
