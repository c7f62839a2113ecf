/** Bodies with a bound, for what is no archive. */
import { DownloadError, shownUrl } from "./error.ts";
import type { HttpAnswer } from "./request.ts";

/**
 * An answer's body as it comes.
 *
 * @param most bytes
 * @throws {DownloadError} beyond that, with the status: it would be as long the next time; "truncated" when it ends
 *   before the size that it was announced with
 */
export async function* atMost(answer: HttpAnswer, most: number): AsyncGenerator<Uint8Array> {
  const { url, size: announced } = answer;
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > most) {
      const message = `${shownUrl(url)} is over ${most} bytes`;
      throw new DownloadError("server-error", message, { status: answer.status });
    }
    yield chunk;
  }
  if (announced !== undefined && announced !== size) {
    throw new DownloadError("truncated", `${shownUrl(url)}: ${size} of ${announced} bytes came`);
  }
}

/** The whole of it. @throws as `atMost` */
export async function collect(answer: HttpAnswer, most: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(atMost(answer, most)));
}
