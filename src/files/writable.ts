/** Whether a directory may be written, asked without writing. Source: access(2). */
import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../errors.ts";

/**
 * False for a read-only file system and for a directory that is not ours. One that is not there yet
 * is as writable as the directory that it would be made in.
 */
export function isWritable(directory: string): boolean {
  for (let path = directory; ; path = dirname(path)) {
    try {
      accessSync(path, constants.W_OK);
      return true;
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || path === dirname(path)) return false;
    }
  }
}
