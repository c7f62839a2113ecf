/** Hashes stored files again, at the speed of the disk: one buffer, one file after the other. */
import { closeSync, openSync, readSync } from "node:fs";
import { messageOf, systemCode } from "../errors.ts";
import type { CheckedArchive, Sha256 } from "./archive-store.ts";

/** Most archives fit: one read and no end-of-file look for each. */
const BUFFER = Buffer.allocUnsafe(256 * 1024);

export function checkFile(path: string, expected: Sha256): CheckedArchive {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  try {
    const fd = openSync(path, "r");
    try {
      for (;;) {
        const count = readSync(fd, BUFFER, 0, BUFFER.length, null);
        hash.update(BUFFER.subarray(0, count));
        size += count;
        if (count < BUFFER.length) break;
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const missing = systemCode(error) === "ENOENT";
    return { size, missing, problem: missing ? "it is missing" : messageOf(error) };
  }
  const actual = hash.digest("hex");
  const problem = actual === expected ? undefined : `it hashes to ${actual}`;
  return { size, missing: false, problem };
}
