/**
 * Writes a zip of which every byte follows from the files' paths and contents: sorted, of one time and
 * one mode, deflated by code that is the same on every machine (the system's zlib is not).
 *
 *     local header, bytes   for each file
 *     directory             the same again, with offsets and modes
 *     end record
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
 */
import { crc32 } from "node:zlib";

export interface ZipInput {
  readonly path: string;
  /** One file is in memory at a time. */
  read(): Promise<Uint8Array>;
}

const VERSION = 20;
const MADE_BY_UNIX = 3 << 8;
/** Paths are UTF-8. */
const FLAGS = 0x800;
/** 1980-01-01 00:00, the oldest time that a zip can say. */
const TIME = 0;
const DATE = 0x21;
const MODE = 0o100644;
const LEVEL = 6;

/** @param files in any order; each path once */
export async function* writeZip(files: readonly ZipInput[]): AsyncGenerator<Uint8Array> {
  const { deflateSync } = await import("fflate");
  const sorted = [...files].sort((a, b) => compareBytes(a.path, b.path));
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { path, read } of sorted) {
    const content = await read();
    const deflated = deflateSync(content, { level: LEVEL });
    const isSmaller = deflated.length < content.length;
    const packed = isSmaller ? deflated : content;
    const name = Buffer.from(path);
    const common = fields(
      [2, VERSION],
      [2, FLAGS],
      [2, isSmaller ? 8 : 0],
      [2, TIME],
      [2, DATE],
      [4, crc32(content)],
      [4, packed.length],
      [4, content.length],
      [2, name.length],
      [2, 0], // extra fields
    );
    const local = Buffer.concat([fields([4, 0x04034b50]), common, name]);
    directory.push(
      fields([4, 0x02014b50], [2, MADE_BY_UNIX | VERSION]),
      common,
      // Comment, disk, internal attributes; then what Unix calls the mode, and where it lies.
      fields([2, 0], [2, 0], [2, 0], [4, (MODE << 16) >>> 0], [4, offset]),
      name,
    );
    yield local;
    yield packed;
    offset += local.length + packed.length;
  }
  const index = Buffer.concat(directory);
  yield index;
  const count = files.length;
  yield fields(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, index.length],
    [4, offset],
    [2, 0],
  );
}

/** Little-endian numbers: each of so many bytes. */
function fields(...values: readonly (readonly [2 | 4, number])[]): Buffer {
  const bytes = Buffer.alloc(values.reduce((sum, [size]) => sum + size, 0));
  let at = 0;
  for (const [size, value] of values) at = bytes.writeUIntLE(value, at, size);
  return bytes;
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
