/** What an answer to a HEAD has in place of a body. */

const MOST = 1024 * 1024;

/**
 * Zeros. Elysia sends nothing of an answer to a HEAD, but reads all of it to tell its length: a file would be read
 * from its beginning to its end.
 *
 * @param size of the body that a GET would have, in bytes
 */
export function unsent(size: number): ReadableStream<Uint8Array> {
  const zeros = new Uint8Array(Math.min(size, MOST));
  let left = size;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const piece = zeros.subarray(0, left);
      left -= piece.length;
      controller.enqueue(piece);
    },
  });
}
