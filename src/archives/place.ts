/** Puts staged bodies under their hashes, durably: first the bytes, then the names. */
import { existsSync, rmSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { forEachLimit } from "../download/mod.ts";
import { systemCode } from "../errors.ts";
import { syncAll } from "../files/mod.ts";
import { archivePath } from "./path.ts";
import type { Staged } from "./stage.ts";

/** Renames go through other threads, so that downloads go on meanwhile. */
const RENAMES_AT_ONCE = 16;

/**
 * All of them are durable and visible when this resolves. A name never stands for bytes that a
 * crash could still take away.
 */
export async function place(root: string, staged: readonly Staged[]): Promise<void> {
  try {
    await syncAll(staged.map(({ temporary }) => temporary));
    const directories = new Set<string>();
    await forEachLimit(staged, RENAMES_AT_ONCE, async ({ temporary, sha256 }) => {
      const changed = await move(temporary, archivePath(root, sha256));
      for (const directory of changed) directories.add(directory);
    });
    // Windows has no such call for directories and needs none.
    if (process.platform !== "win32") await syncAll([...directories]);
  } catch (error) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    throw error;
  }
}

/** Over the same bytes, when another put was quicker. Returns the directories whose entries changed. */
async function move(from: string, to: string): Promise<string[]> {
  const directory = dirname(to);
  try {
    await rename(from, to);
    return [directory];
  } catch (error) {
    // Windows renames over no file that somebody reads; its bytes are these.
    if (process.platform === "win32" && existsSync(to)) {
      rmSync(from, { force: true });
      return [];
    }
    if (systemCode(error) !== "ENOENT") throw error;
    await mkdir(directory, { recursive: true });
    await rename(from, to);
    return [directory, dirname(directory), dirname(dirname(directory))];
  }
}
