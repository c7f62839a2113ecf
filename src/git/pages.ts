/**
 * A file read in pages, the last of which are kept: objects that are asked for together lie close to
 * each other in a pack, and a call for each of them would take longer than all the rest.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface Pages {
  /** Of the file, in bytes. */
  readonly size: number;
  /**
   * A part of the file. May be a view of a page that others see too: not to be written to.
   *
   * @throws {RangeError} when the file ends before
   */
  read(offset: number, length: number): Buffer;
  close(): void;
}

const PAGE = 32 * 1024;
const MOST_KEPT = 32;

export function openPages(path: string): Pages {
  const fd = openSync(path, "r");
  const { size } = fstatSync(fd);
  const kept = new Map<number, Buffer>();

  const readWhole = (offset: number, length: number): Buffer => {
    const data = Buffer.allocUnsafeSlow(length);
    for (let filled = 0; filled < length; ) {
      const count = readSync(fd, data, filled, length - filled, offset + filled);
      if (count === 0) throw new RangeError(`${path} is cut short at byte ${offset + filled}`);
      filled += count;
    }
    return data;
  };

  const page = (number: number): Buffer => {
    const known = kept.get(number);
    if (known) return known;
    const start = number * PAGE;
    const data = readWhole(start, Math.min(PAGE, size - start));
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(number, data);
    return data;
  };

  return {
    size,
    read(offset, length) {
      const number = Math.floor(offset / PAGE);
      const start = offset - number * PAGE;
      const isWithin = start + length <= PAGE && offset + length <= size;
      return isWithin ? page(number).subarray(start, start + length) : readWhole(offset, length);
    },
    close: () => closeSync(fd),
  };
}
