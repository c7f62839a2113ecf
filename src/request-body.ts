/**
 * Bodies of requests, read up to a bound: what is too large is refused by what it says of its length, else as
 * soon as more has come, and is never whole in memory.
 */
import { Failure } from "./errors.ts";

/**
 * A body as it comes in.
 *
 * @param most bytes
 * @throws {Failure} "too-large"; "interrupted" when the client goes away: nobody is left to be told
 */
export async function* incomingBody(request: Request, most: number): AsyncGenerator<Uint8Array> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > most) throw tooLarge(most);
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      yield chunk;
    }
  } catch (error) {
    if (!request.signal.aborted) throw error;
    throw new Failure("interrupted", "the client went away", undefined, { cause: error });
  }
}

/** A whole body. @throws {Failure} as `incomingBody` */
export async function wholeBody(request: Request, most: number): Promise<Buffer> {
  // Put together as it comes: of a body in chunks of a byte, the pieces would take a hundred times its length.
  const sink = new Bun.ArrayBufferSink();
  for await (const chunk of incomingBody(request, most)) sink.write(chunk);
  return Buffer.from(sink.end() as ArrayBuffer);
}

export function tooLarge(most: number): Failure {
  return new Failure("too-large", `the body is larger than ${sizeText(most)}`);
}

/** Bounds are round. */
function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes / 1024} KiB`;
}
