/** Hashes stored files again, at the speed of the disk: one buffer, one file after the other. */
import { closeSync, openSync, readSync } from "node:fs";
import { messageOf, systemCode } from "../errors.ts";
import type { CheckedArchive, Sha256 } from "./archive-store.ts";
import { damagedArchive } from "./damaged.ts";

/** Most archives have fewer bytes: one read has all of them. */
export const SMALL = 256 * 1024;

const BUFFER = Buffer.allocUnsafe(SMALL + 1);

/** @returns at the end, what was found; on the way something now and then, so that the caller may take a breath */
export function* checkFile(path: string, expected: Sha256): Generator<undefined, CheckedArchive> {
  const hash = new Bun.CryptoHasher("sha256");
  let size = 0;
  try {
    const fd = openSync(path, "r");
    try {
      for (;;) {
        const count = readSync(fd, BUFFER, 0, BUFFER.length, null);
        if (count === 0) break;
        hash.update(BUFFER.subarray(0, count));
        size += count;
        yield;
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

/** @throws {Failure} "integrity" when a file of up to `SMALL` bytes is not what it should be */
export function loadFile(path: string, expected: Sha256): Blob {
  const bytes = readSmall(path, expected);
  if (Bun.SHA256.hash(bytes, "hex") !== expected) throw damagedArchive(expected);
  return new Blob([bytes]);
}

/** @returns a view that the next read takes */
function readSmall(path: string, expected: Sha256): Buffer {
  try {
    const fd = openSync(path, "r");
    try {
      // Network drives give less at a time than there is.
      for (let size = 0; ; ) {
        const count = readSync(fd, BUFFER, size, BUFFER.length - size, null);
        if (count === 0) return BUFFER.subarray(0, size);
        size += count;
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw damagedArchive(expected, error);
  }
}
