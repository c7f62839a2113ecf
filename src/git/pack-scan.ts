/**
 * Reads the entries of a pack that has no index yet, one after the other: where one ends is only known
 * when it is inflated. What was read last is kept, as deltas follow their bases.
 */
import { messageOf } from "../errors.ts";
import { createLru } from "../lru.ts";
import { applyDelta } from "./delta.ts";
import { inflateObject, mostDeflated } from "./inflate.ts";
import { LimitError } from "./limit.ts";
import type { GitObject } from "./object.ts";
import {
  type EntryHeader,
  type EntryKind,
  MAX_ENTRY_HEADER,
  readEntryHeader,
} from "./pack-entry.ts";
import type { Pages } from "./pages.ts";

export interface ScanLimits {
  /** Of one object, in bytes. */
  readonly object: number;
  /** How many. */
  readonly objects: number;
  /** Of all that is inflated and put together, in bytes. */
  readonly work: number;
}

export interface PackScan {
  /** Where the entries end. */
  readonly end: number;
  /** What the entry at `offset` is, and how many bytes it takes. */
  measure(offset: number): { readonly entry: EntryKind; readonly length: number };
  /** Whether the entry that begins there is settled. */
  has(offset: number): boolean;
  /**
   * Puts a measured entry together.
   *
   * @param base where its base begins, which is settled; undefined for what is no delta
   */
  settle(offset: number, base: number | undefined): GitObject;
}

interface Inflated {
  readonly header: EntryHeader;
  readonly data: Buffer;
  /** Of header and zlib data. */
  readonly length: number;
}

/** Bytes of objects that are kept as bases of what follows. */
const KEPT_BYTES = 32 * 1024 * 1024;
/** What an object takes in memory beside its bytes, about. */
const OVERHEAD = 256;
/** As many as Git itself makes at most. Source: git-pack-objects(1), --depth. */
const MOST_DEPTH = 4095;

/** @throws {RangeError} and {SyntaxError} from each call, for what is no entry or goes beyond a limit */
export function openPackScan(pages: Pages, end: number, limits: ScanLimits): PackScan {
  const bases = new Map<number, number | undefined>();
  const depths = new Map<number, number>();
  const kept = createLru<number, GitObject>(KEPT_BYTES, ({ data }) => data.length + OVERHEAD);
  let last: { offset: number; inflated: Inflated } | undefined;
  let worked = 0;

  const work = (bytes: number): void => {
    worked += bytes;
    if (worked > limits.work) throw new LimitError(`the pack unpacks to over ${limits.work} bytes`);
  };

  const inflate = (offset: number): Inflated => {
    if (last?.offset === offset) return last.inflated;
    if (offset >= end) throw new RangeError("the pack is cut short");
    const header = readEntryHeader(pages.read(offset, Math.min(MAX_ENTRY_HEADER, end - offset)));
    if (header.size > limits.object) {
      throw new LimitError(`an object of ${header.size} bytes is too big`);
    }
    work(header.size);
    const start = offset + header.length;
    const { data, taken } = inflateAt(pages, start, end - start, header.size);
    const inflated = { header, data, length: header.length + taken };
    last = { offset, inflated };
    return inflated;
  };

  const put = (base: GitObject, offset: number): GitObject => {
    const data = applyDelta(base.data, inflate(offset).data, limits.object);
    work(data.length);
    return { type: base.type, data };
  };

  const object = (offset: number): GitObject => {
    // Down to what is known, then up again: no chain is long enough to be walked by calls in calls.
    const chain: number[] = [];
    let at = offset;
    let known = kept.get(at);
    for (let base = bases.get(at); !known && base !== undefined; base = bases.get(at)) {
      chain.push(at);
      at = base;
      known = kept.get(at);
    }
    let made = known ?? whole(inflate(at));
    kept.set(at, made);
    for (let next = chain.pop(); next !== undefined; next = chain.pop()) {
      made = put(made, next);
      kept.set(next, made);
    }
    return made;
  };

  return {
    end,
    measure(offset) {
      const { header, length } = inflate(offset);
      return { entry: header.entry, length };
    },
    has: (offset) => depths.has(offset),
    settle(offset, base) {
      const depth = base === undefined ? 0 : depths.get(base)! + 1;
      if (depth > MOST_DEPTH) throw new RangeError("its deltas stand on each other without end");
      depths.set(offset, depth);
      bases.set(offset, base);
      return object(offset);
    },
  };
}

function whole({ header: { entry }, data }: Inflated): GitObject {
  if (entry.kind === "ofs-delta" || entry.kind === "ref-delta") {
    throw new RangeError("the base of a delta is none");
  }
  return { type: entry.kind, data };
}

/** @param rest bytes there are at most @returns the data, and how many bytes it lay in */
function inflateAt(
  pages: Pages,
  start: number,
  rest: number,
  size: number,
): { data: Buffer; taken: number } {
  for (let window = mostDeflated(size); ; window *= 8) {
    const deflated = pages.read(start, Math.min(window, rest));
    try {
      const inflated = inflateObject(deflated, size);
      if (inflated.data.length === size) return inflated;
      throw new RangeError("it has not the size that it says");
    } catch (error) {
      // Whoever packed it made more of it than zlib would.
      if (window < rest && (error as { code?: string }).code === "Z_BUF_ERROR") continue;
      throw new RangeError(`an object cannot be inflated: ${messageOf(error)}`, { cause: error });
    }
  }
}
