/** Puts staged bodies under their hashes, durably: first the bytes, then the names. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { createBreath } from "../breath.ts";
import { systemCode } from "../errors.ts";
import { replaceSame, syncAll, syncNames } from "../files/mod.ts";
import { archivePath } from "./path.ts";
import type { Staged } from "./stage.ts";

/**
 * All of them are durable and visible when this resolves. A name never stands for bytes that a
 * crash could still take away.
 */
export async function place(root: string, staged: readonly Staged[]): Promise<void> {
  try {
    await syncAll(staged.map(({ temporary }) => temporary));
    const directories = new Set<string>();
    const breathe = createBreath();
    // In this thread: to hand a rename to another one takes longer than the rename.
    for (const { temporary, sha256 } of staged) {
      for (const directory of await move(temporary, archivePath(root, sha256))) {
        directories.add(directory);
      }
      const turn = breathe();
      if (turn) await turn;
    }
    await syncNames([...directories]);
  } catch (error) {
    for (const { temporary } of staged) rmSync(temporary, { force: true });
    throw error;
  }
}

/** Over the same bytes, when another put was quicker. Returns the directories whose entries changed. */
async function move(from: string, to: string): Promise<string[]> {
  const directory = dirname(to);
  try {
    renameSync(from, to);
    return [directory];
  } catch (error) {
    const isMissing = systemCode(error) === "ENOENT";
    if (isMissing) mkdirSync(directory, { recursive: true });
    else if (process.platform !== "win32") throw error;
    await replaceSame(from, to);
    return isMissing ? [directory, dirname(directory), dirname(dirname(directory))] : [];
  }
}
