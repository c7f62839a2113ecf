/** Directories that go away with the test that asked for them. */
import { afterAll } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

afterAll(() => {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A new, empty directory, removed after the test file's last test. */
export function tempDirectory(name = "registry"): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), `moonbit-${name}-`)));
  made.push(directory);
  return directory;
}
