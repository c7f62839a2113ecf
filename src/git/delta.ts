/**
 * Deltas between two objects. Source: gitformat-pack(5), "Deltified representation".
 *
 *     size of base · size of result · { copy from base | insert literally }…
 */

/** The longest run one copy instruction can name without a third size byte, and one insert. */
const MAX_COPY = 0xffff;
const MAX_INSERT = 0x7f;

/**
 * Rebuilds an object from its base.
 *
 * @throws {RangeError} when the delta does not fit its base or is cut short
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const cursor = { at: 0 };
  if (readSize(delta, cursor) !== base.length) throw new RangeError("delta is for another base");
  const out = Buffer.allocUnsafe(readSize(delta, cursor));
  let filled = 0;
  while (cursor.at < delta.length) {
    const op = byte(delta, cursor);
    if (op === 0) throw new RangeError("delta has a reserved instruction");
    if (op & 0x80) {
      const offset = readBits(delta, cursor, op, 4);
      const size = readBits(delta, cursor, op >> 4, 3) || 0x10000;
      if (offset + size > base.length || filled + size > out.length) {
        throw new RangeError("delta copies past an end");
      }
      base.copy(out, filled, offset, offset + size);
      filled += size;
    } else {
      if (cursor.at + op > delta.length || filled + op > out.length) {
        throw new RangeError("delta inserts past an end");
      }
      delta.copy(out, filled, cursor.at, cursor.at + op);
      cursor.at += op;
      filled += op;
    }
  }
  if (filled !== out.length) throw new RangeError("delta is cut short");
  return out;
}

/**
 * A delta that keeps the common beginning and end of both and inserts what is between. An index
 * grows by appended lines and a tree by one changed entry, so this finds nearly all there is to find.
 */
export function createDelta(base: Buffer, target: Buffer): Buffer {
  const limit = Math.min(base.length, target.length);
  let prefix = 0;
  while (prefix < limit && base[prefix] === target[prefix]) prefix++;
  let suffix = 0;
  while (
    suffix < limit - prefix &&
    base[base.length - 1 - suffix] === target[target.length - 1 - suffix]
  ) {
    suffix++;
  }
  const parts = [size(base.length), size(target.length)];
  copy(parts, 0, prefix);
  for (let at = prefix; at < target.length - suffix; at += MAX_INSERT) {
    const end = Math.min(at + MAX_INSERT, target.length - suffix);
    parts.push(Buffer.of(end - at), target.subarray(at, end));
  }
  copy(parts, base.length - suffix, suffix);
  return Buffer.concat(parts);
}

function copy(parts: Buffer[], offset: number, length: number): void {
  for (let done = 0; done < length; done += MAX_COPY) {
    const from = offset + done;
    const count = Math.min(MAX_COPY, length - done);
    const bytes = [0x80];
    pushBits(bytes, from, 0x01, 4);
    pushBits(bytes, count, 0x10, 2);
    parts.push(Buffer.from(bytes));
  }
}

function pushBits(bytes: number[], value: number, firstFlag: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const part = Math.floor(value / 2 ** (8 * index)) & 0xff;
    if (part === 0) continue;
    bytes[0]! |= firstFlag << index;
    bytes.push(part);
  }
}

function size(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 0x80;
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest = Math.floor(rest / 0x80);
  } while (rest > 0);
  return Buffer.from(bytes);
}

interface Cursor {
  at: number;
}

function byte(data: Buffer, cursor: Cursor): number {
  const value = data[cursor.at++];
  if (value === undefined) throw new RangeError("delta is cut short");
  return value;
}

function readSize(data: Buffer, cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const part = byte(data, cursor);
    value += (part & 0x7f) * scale;
    if (!(part & 0x80)) return value;
    scale *= 0x80;
  }
}

function readBits(data: Buffer, cursor: Cursor, flags: number, count: number): number {
  let value = 0;
  for (let index = 0; index < count; index++) {
    if (flags & (1 << index)) value += byte(data, cursor) * 2 ** (8 * index);
  }
  return value;
}
