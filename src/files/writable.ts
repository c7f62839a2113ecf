/** Whether a directory may be written, asked without writing where the system can tell. Source: access(2). */
import { accessSync, closeSync, constants, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../errors.ts";
import { temporaryIn } from "./durable.ts";

/**
 * False for a read-only file system and for a directory that is not ours. One that is not there yet
 * is as writable as the directory that it would be made in.
 */
export function isWritable(directory: string, platform: string = process.platform): boolean {
  for (let path = directory; ; path = dirname(path)) {
    try {
      if (platform === "win32") tryToWrite(path);
      else accessSync(path, constants.W_OK);
      return true;
    } catch (error) {
      // A full disk may be written, or nothing could make room there.
      if (systemCode(error) === "ENOSPC") return true;
      if (systemCode(error) !== "ENOENT" || path === dirname(path)) return false;
    }
  }
}

/** Windows says of every directory that it may be written. Source: libuv's fs__access. */
function tryToWrite(directory: string): void {
  const path = temporaryIn(directory);
  closeSync(openSync(path, "wx"));
  try {
    rmSync(path, { force: true });
  } catch (error) {
    // A virus scanner may have it open; `gc` removes what is left of drafts.
    if (systemCode(error) === undefined) throw error;
  }
}
