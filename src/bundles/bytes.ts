/** Takes a stream of bytes in pieces of the sizes that a format says. */

export interface ByteReader {
  /** The next bytes in one piece; fewer when the stream ends. */
  take(length: number): Promise<Buffer>;
  /** The next bytes as they come; fewer when the stream ends. */
  pass(length: number): AsyncGenerator<Uint8Array>;
  /** Lets go of the stream. */
  close(): Promise<void>;
}

export function createByteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);

  async function* pass(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (rest.length === 0) {
        const next = await iterator.next();
        if (next.done) return;
        rest = next.value;
        continue;
      }
      const chunk = rest.subarray(0, left);
      rest = rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
  }

  return {
    pass,
    async take(length) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of pass(length)) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
    async close() {
      await iterator.return?.();
    },
  };
}
