/** Lets yauzl read a blob piece by piece: a stored archive never has to be in memory whole. */
import { Readable } from "node:stream";
import type { RandomAccessReader } from "yauzl";

const PIECE = 256 * 1024;

/** @param Base of yauzl, which is loaded when it is needed */
export function blobReader(Base: typeof RandomAccessReader, blob: Blob): RandomAccessReader {
  return new (class extends Base {
    override _readStreamForRange(start: number, end: number): Readable {
      return Readable.from(pieces(blob, start, end), { objectMode: false });
    }

    override read(
      buffer: Buffer,
      offset: number,
      length: number,
      position: number,
      callback: (error: Error | null) => void,
    ): void {
      blob
        .slice(position, position + length)
        .arrayBuffer()
        .then((bytes) => {
          if (bytes.byteLength < length) throw new Error("unexpected end of file");
          buffer.set(new Uint8Array(bytes), offset);
        })
        .then(() => callback(null), callback);
    }
  })();
}

async function* pieces(blob: Blob, start: number, end: number): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += PIECE) {
    yield new Uint8Array(await blob.slice(at, Math.min(at + PIECE, end)).arrayBuffer());
  }
}
