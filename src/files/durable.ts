/**
 * Writes a file so that a crash leaves the old content or the new, never a part: a temporary file
 * beside it, fsync, rename, and the name made durable too.
 */
import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from "node:fs";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { replace, replaceSync } from "./replace.ts";
import { syncNameSync, syncNames } from "./sync-names.ts";

/** In containers a process has the same id before and after a crash, whose files may still lie here. */
const RUN = Math.floor(Math.random() * 36 ** 6).toString(36);
let counter = 0;

/** A new name for a file that is being written, in the directory that it will stay in. */
export function temporaryIn(directory: string): string {
  return join(directory, `.tmp-${process.pid}-${RUN}-${counter++}`);
}

/** Whether a file's name is one of those. */
export function isTemporary(name: string): boolean {
  return /^\.tmp-\d+-[0-9a-z]+-\d+$/.test(name);
}

/**
 * Durable under its final name when this resolves. Makes missing directories.
 *
 * @param mode permissions, where the file system has any
 */
export async function writeDurably(
  path: string,
  data: string | Uint8Array,
  mode = 0o666,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writtenDurably(path, mode, (file) => file.writeFile(data));
}

/**
 * The same of whatever `write` writes, in a directory that is there.
 *
 * @param write throws to give the file up: then all is as it was
 * @returns what `write` returns
 */
export async function writtenDurably<T>(
  path: string,
  mode: number,
  write: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const directory = dirname(path);
  const temporary = temporaryIn(directory);
  let result: T;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      result = await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await replace(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncNames([directory]);
  return result;
}

/**
 * The same of a text, for those who cannot wait, in a directory that is there.
 *
 * @param prepare given the draft before it takes the file's place
 */
export function writeDurablySync(
  path: string,
  text: string,
  mode: number,
  prepare: (handle: number) => void = () => {},
): void {
  const directory = dirname(path);
  const temporary = temporaryIn(directory);
  try {
    const handle = openSync(temporary, "wx", mode);
    try {
      writeFileSync(handle, text);
      prepare(handle);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    replaceSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncNameSync(path, directory);
}
