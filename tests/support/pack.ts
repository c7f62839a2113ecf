/** Packs put together by hand, sound or not. Source: gitformat-pack(5). */
import { deflateSync } from "node:zlib";
import { type EntryKind, encodeEntryHeader } from "../../src/git/pack-entry.ts";

/** An object, as it is to lie in a pack. */
export interface Given {
  readonly entry: EntryKind;
  readonly data: Buffer;
  /** What it says of its size. Default: the truth. */
  readonly size?: number;
  readonly deflated?: Buffer;
}

/** @param count of objects that it says to have */
export function packOf(given: readonly Given[], count = given.length): Buffer {
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(count, 8);
  const parts = given.flatMap(({ entry, data, size = data.length, deflated }) => [
    encodeEntryHeader(entry, size),
    deflated ?? deflateSync(data),
  ]);
  return sealed(Buffer.concat([head, ...parts]));
}

/** With the checksum at its end. */
export const sealed = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.from(new Bun.CryptoHasher("sha1").update(bytes).digest())]);
