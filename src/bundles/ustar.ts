/**
 * The one kind of tar that bundles are: plain files with short ASCII names, in POSIX ustar. Nothing of
 * a clock or a machine is in it, so that a header is decided by a name and a size; a reader compares
 * whole headers, and there is no byte in which something could hide. Source: POSIX.1-2017, pax, "ustar
 * Interchange Format".
 *
 *     header (512) · content · zeros up to the next 512 · header … · 1024 zeros
 */

export const BLOCK = 512;

/** What eleven octal digits can say. */
export const MOST_BYTES = 8 ** 11 - 1;

/** Ends an archive. */
export const END: Buffer = Buffer.alloc(2 * BLOCK);

/** @throws {RangeError} for a name or a size that a plain header has no room for */
export function tarHeader(name: string, size: number): Buffer {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) throw new RangeError(`${name} is no name for a tar`);
  if (!Number.isSafeInteger(size) || size < 0 || size > MOST_BYTES) {
    throw new RangeError(`${name}: ${size} bytes are too many for a tar`);
  }
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, "latin1");
  header.write("0000644\0", 100, "latin1"); // mode
  header.write("0000000\0", 108, "latin1"); // uid
  header.write("0000000\0", 116, "latin1"); // gid
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("00000000000\0", 136, "latin1"); // mtime
  header.write("        ", 148, "latin1"); // the checksum counts as spaces
  header.write("0", 156, "latin1"); // a plain file
  header.write("ustar\x0000", 257, "latin1");
  header.write("0000000\0", 329, "latin1"); // device numbers
  header.write("0000000\0", 337, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

/** Zero bytes behind a content, up to the next block. */
export function paddingAfter(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Name and size, as far as they can be read, of a header that may be anything. */
export function readTarHeader(header: Buffer): { name: string; size: number } {
  const text = (at: number, length: number) => {
    const field = header.subarray(at, at + length);
    const end = field.indexOf(0);
    return field.toString("latin1", 0, end < 0 ? length : end);
  };
  const digits = text(124, 12);
  return { name: text(0, 100), size: /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : -1 };
}
