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
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > most) throw tooLarge(most);
      yield chunk;
    }
  } catch (error) {
    throw leftOr(error, request);
  }
}

/** A whole body. @throws {Failure} as `incomingBody` */
export async function wholeBody(request: Request, most: number): Promise<Buffer> {
  const length = request.headers.get("content-length");
  if (length !== null && Number(length) <= most) {
    // The server reads no more than was announced, and at once is faster than piece by piece.
    try {
      return Buffer.from(await request.arrayBuffer());
    } catch (error) {
      throw leftOr(error, request);
    }
  }
  // Put together as it comes: of a body in chunks of a byte, the pieces would take a hundred times its length.
  const sink = new Bun.ArrayBufferSink();
  for await (const chunk of incomingBody(request, most)) sink.write(chunk);
  return Buffer.from(sink.end() as ArrayBuffer);
}

/** Nothing else goes wrong with a body than that its sender leaves. */
function leftOr(error: unknown, { signal }: Request): unknown {
  if (!signal.aborted) return error;
  return new Failure("interrupted", "the client went away", undefined, { cause: error });
}

export function tooLarge(most: number): Failure {
  return new Failure("too-large", `the body is larger than ${sizeText(most)}`);
}

/** Bounds are round. */
function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes / 1024} KiB`;
}
