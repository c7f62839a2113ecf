/** Inflates objects of a known size. Source: RFC 1950, nodejs.org/api/zlib.html. */
import { inflateSync } from "node:zlib";

/** What inflating begins with at most, whatever an object says of its size. */
const MOST_BUFFER = 256 * 1024;
/** The least that Node's zlib takes. */
const LEAST_BUFFER = 64;

/**
 * @param deflated begins with the object; more may follow
 * @param size of the object, in bytes: more than that is never made
 * @returns the object, and how many bytes it was deflated to
 * @throws an error of zlib's, with the code Z_BUF_ERROR when `deflated` ends too soon
 */
export function inflateObject(deflated: Buffer, size: number): { data: Buffer; taken: number } {
  const options = {
    info: true,
    maxOutputLength: Math.max(size, 1),
    // One byte more than it takes: a buffer that is full makes zlib ask for another.
    chunkSize: Math.max(LEAST_BUFFER, Math.min(size + 1, MOST_BUFFER)),
  };
  // The types leave out what `info` changes.
  const { buffer, engine } = inflateSync(deflated, options) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  return { data: buffer, taken: engine.bytesWritten };
}

/** The most that zlib data can grow. Source: zlib's technical details, "Maximum Compression Factor". */
const MOST_GROWTH = 1032;

/** What may be inflated before its size is known: Bun's own function is quick, and takes no limit. */
const UNBOUNDED = 64 * 1024 * 1024;

/**
 * How many bytes zlib makes of an object at most; others may make more. Source: zlib's `compressBound`.
 *
 * @param size of the object, in bytes
 */
export function mostDeflated(size: number): number {
  return size + (size >> 12) + (size >> 14) + (size >> 25) + 13;
}

/**
 * As `inflateObject`, but quicker, for what is stored here and indexed.
 *
 * @param deflated begins with the object; more may follow
 * @throws for damaged data, and for data of another size
 */
export function inflateEntry(deflated: Buffer, size: number): Buffer {
  const isSmall = deflated.length * MOST_GROWTH <= UNBOUNDED;
  const data = isSmall
    ? viewOf(Bun.inflateSync(deflated as Uint8Array<ArrayBuffer>, { windowBits: 15 }))
    : inflateObject(deflated, size).data;
  if (data.length !== size) throw new RangeError(`inflates to ${data.length} bytes, not ${size}`);
  return data;
}

function viewOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.length);
}
