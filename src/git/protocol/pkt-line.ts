/**
 * pkt-line framing: four hex digits of length (which count themselves), then the payload. Lengths 0
 * to 2 are markers. Source: gitprotocol-common(5), gitprotocol-v2(5).
 *
 *     0006a\n   data "a\n"      0000 flush      0001 delimiter      0002 response end
 */

export type Packet =
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "flush" }
  | { readonly kind: "delimiter" }
  | { readonly kind: "response-end" };

/** The longest payload that one packet can carry, in bytes. */
export const MAX_PAYLOAD = 65516;

export const FLUSH: Buffer = Buffer.from("0000");
export const DELIMITER: Buffer = Buffer.from("0001");

const MARKERS = ["flush", "delimiter", "response-end"] as const;

/** What a peer sent is not the protocol. The message is safe to send back to it. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
}

/** What a peer sent ends too soon: it may have been cut on its way. */
export class CutShortError extends ProtocolError {}

/** What a peer asks for is understood, and not given to it. It is told the message. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** The four length digits of a packet with `size` bytes of payload. */
export function header(size: number): string {
  if (size > MAX_PAYLOAD) throw new RangeError(`a packet of ${size} bytes does not fit`);
  return (size + 4).toString(16).padStart(4, "0");
}

/** One packet. Text is UTF-8; the customary line end is the caller's to add. */
export function packet(payload: string | Uint8Array): Buffer {
  const data = typeof payload === "string" ? Buffer.from(payload) : payload;
  const out = Buffer.allocUnsafe(data.length + 4);
  out.write(header(data.length), 0, "latin1");
  out.set(data, 4);
  return out;
}

/**
 * Splits a whole message into packets; payloads are views of `message`.
 *
 * @throws {ProtocolError} naming the offset, for a length that is no number, too small or too large
 */
export function* packets(message: Buffer): Generator<Packet> {
  let at = 0;
  while (at < message.length) {
    const next = packetAt(message, at, at);
    if (!next) throw new CutShortError(`pkt-line at byte ${at} is cut short`);
    yield next.packet;
    at += next.length;
  }
}

/**
 * Splits a message into packets as it comes. A payload is a view of what came.
 *
 * @throws {ProtocolError} as `packets`
 */
export async function* packetsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Packet> {
  let rest: Buffer = Buffer.alloc(0);
  let passed = 0;
  for await (const chunk of chunks) {
    rest =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const next = packetAt(rest, at, passed + at);
      if (!next) break;
      yield next.packet;
      at += next.length;
    }
    passed += at;
    rest = rest.subarray(at);
  }
  if (rest.length > 0) throw new CutShortError(`pkt-line at byte ${passed} is cut short`);
}

/** @returns undefined when the rest of it is still to come */
function packetAt(
  data: Buffer,
  at: number,
  position: number,
): { packet: Packet; length: number } | undefined {
  const digits = data.toString("latin1", at, at + 4);
  if (!/^[0-9a-fA-F]{0,4}$/.test(digits)) {
    throw new ProtocolError(`bad pkt-line length at byte ${position}`);
  }
  if (digits.length < 4) return undefined;
  const length = Number.parseInt(digits, 16);
  if (length === 3 || length > MAX_PAYLOAD + 4) {
    throw new ProtocolError(`bad pkt-line length ${length} at byte ${position}`);
  }
  const marker = MARKERS[length];
  if (marker) return { packet: { kind: marker }, length: 4 };
  if (at + length > data.length) return undefined;
  return { packet: { kind: "data", data: data.subarray(at + 4, at + length) }, length };
}

/** A packet's payload as text without its line end. */
export function text(data: Buffer): string {
  const end = data.length > 0 && data[data.length - 1] === 0x0a ? data.length - 1 : data.length;
  return data.toString("utf8", 0, end);
}
