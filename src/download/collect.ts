/** Bodies with a bound, for what is no archive. */
import { Failure } from "../errors.ts";
import { DownloadError, shownUrl } from "./error.ts";
import type { HttpAnswer } from "./request.ts";

/**
 * An answer's body as it comes.
 *
 * @param most bytes
 * @throws {Failure} "upstream" beyond that: it would be as long the next time
 * @throws {DownloadError} "truncated" when it ends before the size that it was announced with
 */
export async function* atMost(answer: HttpAnswer, most: number): AsyncGenerator<Uint8Array> {
  const { url, size: announced } = answer;
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > most) throw new Failure("upstream", `${shownUrl(url)} is over ${most} bytes`);
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
