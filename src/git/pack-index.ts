/**
 * `pack-*.idx`, version 2: where each object of a pack begins. Source: gitformat-pack(5).
 *
 *     \377tOc 2 · 256 fan-out counts · sorted oids · CRC-32s · offsets · 64-bit offsets · pack SHA-1 · SHA-1
 */
import type { Oid } from "./object.ts";

const MAGIC = 0xff744f63;
const HEADER = 8 + 256 * 4;

export interface IndexedEntry {
  readonly oid: Oid;
  readonly offset: number;
  readonly crc32: number;
}

export interface PackIndex {
  readonly count: number;
  /** The byte at which an object begins in the pack. */
  offsetOf(oid: Oid): number | undefined;
  /** The object that begins at a byte. */
  oidAt(offset: number): Oid | undefined;
  /** The byte at which the entry after the one at `offset` begins, undefined after the last. */
  nextOffset(offset: number): number | undefined;
  oids(): Iterable<Oid>;
}

/** @throws {SyntaxError} when the data is not a version 2 index */
export function readPackIndex(data: Buffer): PackIndex {
  if (data.length < HEADER + 40 || data.readUInt32BE(0) !== MAGIC || data.readUInt32BE(4) !== 2) {
    throw new SyntaxError("not a version 2 pack index");
  }
  const count = data.readUInt32BE(HEADER - 4);
  const oidsAt = HEADER;
  const offsetsAt = oidsAt + count * 24;
  const largeAt = offsetsAt + count * 4;
  if (data.length < largeAt + 40) throw new SyntaxError("pack index is cut short");

  const offsetAt = (position: number): number => {
    const offset = data.readUInt32BE(offsetsAt + position * 4);
    if (offset < 0x80000000) return offset;
    return Number(data.readBigUInt64BE(largeAt + (offset - 0x80000000) * 8));
  };
  const position = (oid: Oid): number | undefined => {
    const key = Buffer.from(oid, "hex");
    const first = key[0]!;
    let low = first === 0 ? 0 : data.readUInt32BE(8 + (first - 1) * 4);
    let high = data.readUInt32BE(8 + first * 4);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = oidsAt + middle * 20;
      const order = data.compare(key, 0, 20, at, at + 20);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  };

  // Made on first use, as serving from a cache never needs them. Sorted apart: numbers alone are sorted
  // many times as fast as positions by what stands there, and nearly everybody needs no more.
  let offsets: Float64Array | undefined;
  const inOrder = (): Float64Array => {
    offsets ??= Float64Array.from({ length: count }, (_, at) => offsetAt(at)).sort();
    return offsets;
  };
  let positions: Uint32Array | undefined;
  const inPackOrder = (): Uint32Array => {
    positions ??= Uint32Array.from({ length: count }, (_, at) => at).sort(
      (a, b) => offsetAt(a) - offsetAt(b),
    );
    return positions;
  };
  /** How many entries begin before or at `offset`. */
  const rank = (offset: number): number => {
    const sorted = inOrder();
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const oid = (at: number): Oid => data.toString("hex", oidsAt + at * 20, oidsAt + at * 20 + 20);

  return {
    count,
    offsetOf(wanted) {
      const found = position(wanted);
      return found === undefined ? undefined : offsetAt(found);
    },
    oidAt(offset) {
      const before = rank(offset) - 1;
      return inOrder()[before] === offset ? oid(inPackOrder()[before]!) : undefined;
    },
    nextOffset: (offset) => inOrder()[rank(offset)],
    *oids() {
      for (let at = 0; at < count; at++) yield oid(at);
    },
  };
}

/**
 * Proves an index by its own SHA-1.
 *
 * @param packSha1 the trailer of its pack, where that is known
 * @throws {SyntaxError} when it is none, or not what was written, or of another pack
 */
export function checkPackIndex(data: Buffer, packSha1: Buffer | undefined): void {
  readPackIndex(data);
  const hash = new Bun.CryptoHasher("sha1").update(data.subarray(0, -20)).digest();
  if (!data.subarray(-20).equals(hash)) throw new SyntaxError("the index is not what was written");
  if (packSha1 && !data.subarray(-40, -20).equals(packSha1)) {
    throw new SyntaxError("it is the index of another pack");
  }
}

/** @param packSha1 the pack's trailer, 20 bytes */
export function encodePackIndex(entries: readonly IndexedEntry[], packSha1: Buffer): Buffer {
  const sorted = [...entries].sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const large = sorted.filter((entry) => entry.offset >= 0x80000000);
  const count = sorted.length;
  const out = Buffer.alloc(HEADER + count * 28 + large.length * 8 + 40);
  out.writeUInt32BE(MAGIC, 0);
  out.writeUInt32BE(2, 4);
  let largeSeen = 0;
  sorted.forEach((entry, at) => {
    out.write(entry.oid, HEADER + at * 20, "hex");
    out.writeUInt32BE(entry.crc32, HEADER + count * 20 + at * 4);
    const field = HEADER + count * 24 + at * 4;
    if (entry.offset < 0x80000000) out.writeUInt32BE(entry.offset, field);
    else {
      out.writeUInt32BE(0x80000000 + largeSeen, field);
      out.writeBigUInt64BE(BigInt(entry.offset), HEADER + count * 28 + largeSeen * 8);
      largeSeen++;
    }
    const first = Number.parseInt(entry.oid.slice(0, 2), 16);
    out.writeUInt32BE(at + 1, 8 + first * 4);
  });
  for (let bucket = 1; bucket < 256; bucket++) {
    const here = 8 + bucket * 4;
    out.writeUInt32BE(Math.max(out.readUInt32BE(here), out.readUInt32BE(here - 4)), here);
  }
  packSha1.copy(out, out.length - 40);
  const hash = new Bun.CryptoHasher("sha1").update(out.subarray(0, -20)).digest();
  Buffer.from(hash).copy(out, out.length - 20);
  return out;
}
