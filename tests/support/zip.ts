/**
 * Zips written byte by byte, so that they can say anything. Source: PKWARE APPNOTE.TXT 6.3.10,
 * sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end record).
 */
import { crc32, deflateRawSync } from "node:zlib";

export interface Part {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  readonly deflate?: boolean;
  /** Unix mode; default: a regular file of 0644. */
  readonly mode?: number;
  readonly flags?: number;
  /** What the headers say instead of the truth. */
  readonly method?: number;
  readonly size?: number;
  readonly packedSize?: number;
  readonly crc?: number;
  readonly localName?: string;
  readonly extra?: Buffer;
}

export interface End {
  readonly comment?: string;
  readonly count?: number;
  /** Between directory and end record. */
  readonly gap?: Buffer;
}

const UTF8 = 0x800;

export function craftZip(parts: readonly Part[], { comment = "", count, gap }: End = {}): Blob {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const content = Buffer.from(part.content ?? "");
    const packed = part.deflate ? deflateRawSync(content) : content;
    const name = Buffer.from(part.name);
    const localName = Buffer.from(part.localName ?? name);
    const common = Buffer.alloc(22);
    common.writeUInt16LE(part.flags ?? UTF8, 0);
    common.writeUInt16LE(part.method ?? (part.deflate ? 8 : 0), 2);
    common.writeUInt16LE(0x21, 6); // 1980-01-01
    common.writeUInt32LE(part.crc ?? crc32(content), 8);
    common.writeUInt32LE(part.packedSize ?? packed.length, 12);
    common.writeUInt32LE(part.size ?? content.length, 16);
    const local = Buffer.concat([u32(0x04034b50), u16(20), common, u16(0)]);
    local.writeUInt16LE(localName.length, 26);
    const extra = part.extra ?? Buffer.alloc(0);
    const central = Buffer.concat([
      u32(0x02014b50),
      u16((3 << 8) | 20),
      u16(20),
      common.subarray(0, 20),
      u16(name.length),
      u16(extra.length),
      u16(0),
      u16(0),
      u16(0),
      u32(((part.mode ?? 0o100644) << 16) >>> 0),
      u32(offset),
      name,
      extra,
    ]);
    directory.push(central);
    bodies.push(local, localName, packed);
    offset += local.length + localName.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const end = [
    u32(0x06054b50),
    u16(0),
    u16(0),
    u16(count ?? parts.length),
    u16(count ?? parts.length),
    u32(index.length),
    u32(offset),
    u16(comment.length),
    Buffer.from(comment),
  ];
  return new Blob([Buffer.concat([...bodies, index, gap ?? Buffer.alloc(0), ...end])]);
}

/** The same archive, which counts the bytes that are read of it. */
export function watchReads(archive: Blob): { archive: Blob; bytesRead: () => number } {
  let read = 0;
  const slice = archive.slice.bind(archive);
  archive.slice = (start?: number, end?: number) => {
    const part = slice(start, end);
    read += part.size;
    return part;
  };
  return { archive, bytesRead: () => read };
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
