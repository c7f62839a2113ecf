/**
 * One object as it lies in a pack: a header of type and inflated size, the base of a delta, then
 * zlib data. And what stands before the first. Source: gitformat-pack(5), "Pack entries".
 */
import type { ObjectType } from "./object.ts";

const TYPES: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const CODES: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const OFS_DELTA = 6;
const REF_DELTA = 7;

/** What a pack begins with: its name and version 2. How many objects there are follows, in four bytes. */
export const PACK_MAGIC = "PACK\0\0\0\x02";
/** The size of all that. */
export const ENTRIES_BEGIN = 12;

/** The longest header: ten bytes of size and a base. */
export const MAX_ENTRY_HEADER = 32;

export type EntryKind =
  | { readonly kind: ObjectType }
  | { readonly kind: "ofs-delta"; readonly distance: number }
  | { readonly kind: "ref-delta"; readonly base: string };

export interface EntryHeader {
  readonly entry: EntryKind;
  /** Inflated size in bytes: of the object, or of the delta. */
  readonly size: number;
  /** Bytes before the zlib data. */
  readonly length: number;
}

/** @throws {SyntaxError} for a type that does not exist or a header that is cut short */
export function readEntryHeader(data: Buffer): EntryHeader {
  let at = 0;
  const next = (): number => {
    const value = data[at++];
    if (value === undefined) throw new SyntaxError("pack entry is cut short");
    return value;
  };
  let part = next();
  const code = (part >> 4) & 7;
  let size = part & 15;
  for (let scale = 16; part & 0x80; scale *= 0x80) {
    part = next();
    size += (part & 0x7f) * scale;
  }
  if (code === OFS_DELTA) {
    part = next();
    let distance = part & 0x7f;
    while (part & 0x80) {
      part = next();
      distance = (distance + 1) * 0x80 + (part & 0x7f);
    }
    return { entry: { kind: "ofs-delta", distance }, size, length: at };
  }
  if (code === REF_DELTA) {
    if (data.length < at + 20) throw new SyntaxError("pack entry is cut short");
    const base = data.toString("hex", at, at + 20);
    return { entry: { kind: "ref-delta", base }, size, length: at + 20 };
  }
  const type = TYPES[code];
  if (!type) throw new SyntaxError(`pack entry has the unknown type ${code}`);
  return { entry: { kind: type }, size, length: at };
}

/** The bytes before an entry's zlib data. */
export function encodeEntryHeader(entry: EntryKind, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((typeCode(entry) << 4) | (size & 15) | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    bytes.push((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0));
    rest = Math.floor(rest / 0x80);
  }
  if (entry.kind === "ofs-delta") bytes.push(...distanceBytes(entry.distance));
  const head = Buffer.from(bytes);
  return entry.kind === "ref-delta" ? Buffer.concat([head, Buffer.from(entry.base, "hex")]) : head;
}

function typeCode(entry: EntryKind): number {
  if (entry.kind === "ofs-delta") return OFS_DELTA;
  return entry.kind === "ref-delta" ? REF_DELTA : CODES[entry.kind];
}

function distanceBytes(distance: number): number[] {
  const bytes = [distance & 0x7f];
  for (let rest = Math.floor(distance / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) {
    rest -= 1;
    bytes.unshift((rest & 0x7f) | 0x80);
  }
  return bytes;
}
