/**
 * Reads objects out of one `pack-*.pack` by its index. The index is held in memory (28 bytes an
 * object), the pack is read where it is needed.
 */
import { existsSync, readFileSync } from "node:fs";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { asDiskFailure } from "../files/mod.ts";
import { createLru } from "../lru.ts";
import { type ClosedPrefix, readClosedPrefix } from "./closed-prefix.ts";
import { applyDelta } from "./delta.ts";
import { inflateEntry, mostDeflated } from "./inflate.ts";
import type { GitObject, Oid } from "./object.ts";
import {
  type EntryHeader,
  type EntryKind,
  MAX_ENTRY_HEADER,
  readEntryHeader,
} from "./pack-entry.ts";
import { type PackIndex, readPackIndex } from "./pack-index.ts";
import { openPages } from "./pages.ts";

/** An object as stored, for copying into another pack without inflating it. */
export interface StoredEntry {
  readonly entry: Exclude<EntryKind, { kind: "ofs-delta" }>;
  /** Inflated size in bytes. */
  readonly size: number;
  readonly deflated: Buffer;
}

export interface PackFile {
  readonly index: PackIndex;
  readonly closed: ClosedPrefix | undefined;
  /** The object, or undefined when it is not in this pack. */
  read(oid: Oid): GitObject | undefined;
  stored(oid: Oid): StoredEntry | undefined;
  close(): void;
}

/** What was never fetched from anywhere stands in the same packs as what was. */
export const INDEX_DAMAGED =
  "run `verify --repair`, which mends what can be mended; else restore the index from a backup; where nothing was published, put it away and run `sync`: it is fetched anew";

/** Bytes of resolved objects kept as bases: chains are walked from their end, over and over. */
const BASE_CACHE_BYTES = 16 * 1024 * 1024;

/** Of a bigger object no more is read than there is of it. */
const MOST_GUESSED = 4 * 1024 * 1024;

/** @param resolve finds the base of a ref-delta that another pack holds */
export function openPackFile(path: string, resolve: (oid: Oid) => GitObject): PackFile {
  const index = readIndex(path.replace(/\.pack$/, ".idx"));
  const closed = readClosedPrefix(path, index);
  // The last that may throw, so that no file stays open behind it.
  let pages = openPages(path);
  const bases = createLru<number, GitObject>(BASE_CACHE_BYTES, ({ data }) => data.length);

  /** An entry's header, and what follows it up to a byte of the pack. */
  const slice = (offset: number, upTo: number): { header: EntryHeader; deflated: Buffer } => {
    const end = Math.min(upTo, pages.size - 20);
    if (end <= offset) throw new RangeError("it is cut short");
    const data = pages.read(offset, end - offset);
    const header = readEntryHeader(data);
    return { header, deflated: data.subarray(header.length) };
  };

  /**
   * Where the next entry begins is known only when all of them were sorted, which takes longer than
   * what many a command does with a big pack. So as much is read as the object can have been deflated to.
   */
  const inflated = (offset: number): { entry: EntryKind; data: Buffer } => {
    const begin = offset + MAX_ENTRY_HEADER;
    const { entry, size } = slice(offset, begin).header;
    if (size <= MOST_GUESSED) {
      try {
        const { deflated } = slice(offset, begin + mostDeflated(size));
        return { entry, data: inflateEntry(deflated, size) };
      } catch {
        // Damaged, or deflated by a program that lets things grow: the whole of it will tell.
      }
    }
    return { entry, data: inflateEntry(slice(offset, endOf(offset)).deflated, size) };
  };

  const endOf = (offset: number): number => index.nextOffset(offset) ?? Number.POSITIVE_INFINITY;

  const readAt = (offset: number): GitObject => {
    const cached = bases.get(offset);
    if (cached) return cached;
    const object = steadily(() => decode(offset));
    // One big one would drive out all that are asked for more often.
    if (object.data.length <= BASE_CACHE_BYTES / 4) bases.set(offset, object);
    return object;
  };

  /** Whoever puts a sound file in the place of a damaged one is to be believed, and at once. */
  const steadily = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Failure || !existsSync(path)) throw damaged(path, error);
      pages.close();
      pages = openPages(path);
    }
    try {
      return read();
    } catch (error) {
      throw damaged(path, error);
    }
  };

  const decode = (offset: number): GitObject => {
    const { entry, data } = inflated(offset);
    if (entry.kind !== "ofs-delta" && entry.kind !== "ref-delta") return { type: entry.kind, data };
    const base = entry.kind === "ofs-delta" ? readAt(offset - entry.distance) : baseOf(entry.base);
    return { type: base.type, data: applyDelta(base.data, data) };
  };

  const baseOf = (oid: Oid): GitObject => {
    const at = index.offsetOf(oid);
    return at === undefined ? resolve(oid) : readAt(at);
  };

  return {
    index,
    closed,
    read(oid) {
      const offset = index.offsetOf(oid);
      return offset === undefined ? undefined : readAt(offset);
    },
    stored(oid) {
      const offset = index.offsetOf(oid);
      if (offset === undefined) return undefined;
      const { header, deflated } = steadily(() => slice(offset, endOf(offset)));
      const { entry, size } = header;
      if (entry.kind !== "ofs-delta") return { entry, size, deflated };
      const base = index.oidAt(offset - entry.distance);
      if (base === undefined) throw new RangeError(`${path}: delta of ${oid} has no base`);
      return { entry: { kind: "ref-delta", base }, size, deflated };
    },
    close: () => pages.close(),
  };
}

function readIndex(path: string): PackIndex {
  try {
    return readPackIndex(readFileSync(path));
  } catch (error) {
    // Gone is for the caller to judge: a writer may have made it part of another.
    throw systemCode(error) === "ENOENT" ? error : damaged(path, error);
  }
}

function damaged(path: string, error: unknown): Failure {
  const told = asDiskFailure(error, path);
  if (told instanceof Failure) return told;
  return new Failure("integrity", `${path} is damaged: ${messageOf(error)}`, INDEX_DAMAGED, {
    cause: error,
  });
}
