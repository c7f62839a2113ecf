/**
 * Deltas between two objects. Source: gitformat-pack(5), "Deltified representation".
 *
 *     size of base · size of result · { copy from base | insert literally }…
 */

import { LimitError } from "./limit.ts";

/** The longest run one copy instruction can name without a third size byte, and one insert. */
const MAX_COPY = 0xffff;
const MAX_INSERT = 0x7f;

/**
 * Rebuilds an object from its base.
 *
 * @param most bytes that it may have
 * @throws {RangeError} when the delta does not fit its base or is cut short; {LimitError}
 */
export function applyDelta(base: Buffer, delta: Buffer, most = Number.POSITIVE_INFINITY): Buffer {
  const cursor = { at: 0 };
  if (readSize(delta, cursor) !== base.length) throw new RangeError("delta is for another base");
  const size = readSize(delta, cursor);
  if (size > most) throw new LimitError(`a delta makes more than ${most} bytes`);
  const out = Buffer.allocUnsafe(size);
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

/** Runs shorter than this are not looked for: naming one takes up to seven bytes. */
const BLOCK = 16;

/**
 * A delta of copies from wherever the base has the same bytes, and of literals between them. Most of
 * a changed index file or tree is its former beginning and end; only what is between is searched for.
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
  let at = prefix;
  const end = target.length - suffix;
  for (const run of commonRuns(base, target, prefix, end)) {
    literal(parts, target, at, run.to);
    copy(parts, run.from, run.length);
    at = run.to + run.length;
  }
  literal(parts, target, at, end);
  copy(parts, base.length - suffix, suffix);
  return Buffer.concat(parts);
}

interface Run {
  /** Offset in the base. */
  readonly from: number;
  /** Offset in the target. */
  readonly to: number;
  readonly length: number;
}

/**
 * Finds runs of the target between two offsets that the base has too, in order, none over another.
 * The base's blocks are known by a hash, which is rolled over the target. Source of the method:
 * J. P. MacDonald, "File System Support for Delta Compression" (2000).
 */
function* commonRuns(base: Buffer, target: Buffer, begin: number, end: number): Generator<Run> {
  if (end - begin < BLOCK || base.length < BLOCK) return;
  const blocks = new Map<number, number>();
  for (let from = base.length - (base.length % BLOCK) - BLOCK; from >= 0; from -= BLOCK) {
    blocks.set(hashBlock(base, from), from);
  }
  let unmatched = begin;
  let at = begin;
  let hash = hashBlock(target, at);
  while (at + BLOCK <= end) {
    const from = blocks.get(hash);
    const run = from === undefined ? undefined : grow(base, target, from, at, unmatched, end);
    if (run) {
      yield run;
      at = run.to + run.length;
      unmatched = at;
      if (at + BLOCK <= end) hash = hashBlock(target, at);
    } else {
      if (at + BLOCK < end) hash = roll(hash, target[at]!, target[at + BLOCK]!);
      at++;
    }
  }
}

/** The longest run around two equal blocks; undefined when only their hashes are equal. */
function grow(
  base: Buffer,
  target: Buffer,
  from: number,
  to: number,
  begin: number,
  end: number,
): Run | undefined {
  let length = 0;
  while (
    from + length < base.length &&
    to + length < end &&
    base[from + length] === target[to + length]
  ) {
    length++;
  }
  if (length < BLOCK) return undefined;
  let before = 0;
  while (
    from > before &&
    to - before > begin &&
    base[from - before - 1] === target[to - before - 1]
  ) {
    before++;
  }
  return { from: from - before, to: to - before, length: length + before };
}

const FACTOR = 0x01000193;
/** What the oldest byte of a block counts. */
const OLDEST = powerOfFactor(BLOCK - 1);

function powerOfFactor(exponent: number): number {
  let value = 1;
  for (let left = exponent; left > 0; left--) value = Math.imul(value, FACTOR);
  return value;
}

function hashBlock(data: Buffer, at: number): number {
  let hash = 0;
  for (let i = at; i < at + BLOCK; i++) hash = (Math.imul(hash, FACTOR) + data[i]!) | 0;
  return hash;
}

/** The hash one byte further on. */
function roll(hash: number, oldest: number, newest: number): number {
  return (Math.imul((hash - Math.imul(oldest, OLDEST)) | 0, FACTOR) + newest) | 0;
}

function literal(parts: Buffer[], target: Buffer, from: number, to: number): void {
  for (let at = from; at < to; at += MAX_INSERT) {
    const end = Math.min(at + MAX_INSERT, to);
    parts.push(Buffer.of(end - at), target.subarray(at, end));
  }
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
