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
  let size = 0;
  for await (const chunk of answer.chunks()) {
    size += chunk.length;
    if (size > most) throw tooLarge(answer, most);
    yield chunk;
  }
  checkSize(answer, size);
}

/** @throws {DownloadError} "truncated" unless a body has the size that it was announced with */
export function checkSize({ url, size }: HttpAnswer, got: number): void {
  if (size === undefined || size === got) return;
  throw new DownloadError("truncated", `${shownUrl(url)}: ${got} of ${size} bytes came`);
}

/** What a body beyond its bound is told as. */
export function tooLarge({ url, status }: HttpAnswer, most: number): DownloadError {
  return new DownloadError("server-error", `${shownUrl(url)} is over ${most} bytes`, { status });
}

/** The whole of it. @throws as `atMost` */
export async function collect(answer: HttpAnswer, most: number): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(atMost(answer, most)));
}
