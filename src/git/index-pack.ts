/**
 * Finds out what a pack from elsewhere holds: where each object begins, and what it is, by reading it
 * through once. So nothing in it is believed, and its index is our own. Source: gitformat-pack(5).
 */
import { crc32 } from "node:zlib";
import { checkTrailer } from "./check.ts";
import { LimitError } from "./limit.ts";
import { type Oid, oidOf } from "./object.ts";
import { ENTRIES_BEGIN, PACK_MAGIC } from "./pack-entry.ts";
import type { IndexedEntry } from "./pack-index.ts";
import { openPackScan, type PackScan, type ScanLimits } from "./pack-scan.ts";
import { openPages, type Pages } from "./pages.ts";

const SHA1 = 20;

export interface IndexedPack {
  readonly entries: IndexedEntry[];
  /** The SHA-1 at its end, which is its name. */
  readonly trailer: Buffer;
}

/** A delta that cannot be put together yet. */
interface Waiting {
  readonly offset: number;
  readonly crc32: number;
}

/**
 * @param path of a pack in which every delta has its base
 * @returns what it holds; on the way something now and then, so that the caller may take a breath
 * @throws {RangeError} or {SyntaxError} when it is no pack or is not what was sent; {LimitError}
 */
export function* indexPack(
  path: string,
  limits: ScanLimits,
): Generator<number | undefined, IndexedPack> {
  const trailer = yield* checkTrailer(path);
  const pages = openPages(path);
  try {
    const count = readCount(pages);
    if (count > limits.objects)
      throw new LimitError(`the pack is of over ${limits.objects} objects`);
    const end = pages.size - trailer.length;
    const entries = yield* readThrough(openPackScan(pages, end, limits), pages, count);
    return { entries, trailer };
  } finally {
    pages.close();
  }
}

function readCount(pages: Pages): number {
  if (pages.size < ENTRIES_BEGIN + SHA1) throw new RangeError("the pack is cut short");
  const head = pages.read(0, ENTRIES_BEGIN);
  if (head.toString("latin1", 0, PACK_MAGIC.length) !== PACK_MAGIC)
    throw new SyntaxError("it is no pack");
  return head.readUInt32BE(PACK_MAGIC.length);
}

function* readThrough(
  scan: PackScan,
  pages: Pages,
  count: number,
): Generator<number, IndexedEntry[]> {
  const found: IndexedEntry[] = [];
  const offsets = new Map<Oid, number>();
  /** By where the base begins, or by its name. */
  const waiting = new Map<number | Oid, Waiting[]>();
  /** Takes what waited for a base, now that it is there. */
  const dependents = (base: number | Oid): Waiting[] => {
    const ready = waiting.get(base) ?? [];
    waiting.delete(base);
    return ready;
  };

  let offset = ENTRIES_BEGIN;
  for (let at = 0; at < count; at++) {
    const { entry, length } = scan.measure(offset);
    const sum = crc32(pages.read(offset, length));
    const base =
      entry.kind === "ofs-delta"
        ? offset - entry.distance
        : entry.kind === "ref-delta"
          ? (offsets.get(entry.base) ?? entry.base)
          : undefined;
    const ready: (Waiting & { base: number | undefined })[] = [];
    if (typeof base === "string" || (base !== undefined && !scan.has(base))) {
      const others = waiting.get(base);
      if (others) others.push({ offset, crc32: sum });
      else waiting.set(base, [{ offset, crc32: sum }]);
      yield found.length;
    } else {
      ready.push({ offset, crc32: sum, base });
    }
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const { type, data } = scan.settle(next.offset, next.base);
      const oid = oidOf(type, data);
      offsets.set(oid, next.offset);
      found.push({ oid, offset: next.offset, crc32: next.crc32 });
      for (const each of [...dependents(oid), ...dependents(next.offset)]) {
        ready.push({ ...each, base: next.offset });
      }
      yield found.length;
    }
    offset += length;
  }
  if (offset !== scan.end) throw new RangeError("there is more in the pack than it says");
  if (waiting.size > 0) throw new RangeError("the base of a delta is not in the pack");
  return found;
}
