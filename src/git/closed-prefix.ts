/**
 * What a clone of everything is answered with. A repack puts all that one commit leads to first in
 * its pack, and says so in a file beside it; to whoever has nothing yet those bytes can be sent as
 * they are, whatever the length of the history.
 *
 *     pack-<sha1>.closed     <commit> <entries> <end>\n <sha1>\n
 *
 * `end` is the byte after the last of those entries, and the SHA-1 is that of the pack's name and the
 * first line. A pack without such a file, or with one that is damaged, is a pack as any other.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { readIfThere, writeDurably } from "../files/mod.ts";
import type { Oid } from "./object.ts";
import { ENTRIES_BEGIN } from "./pack-entry.ts";
import type { PackIndex } from "./pack-index.ts";

export interface ClosedPrefix {
  /** The prefix holds all that this commit leads to, itself included, and nothing else. */
  readonly commit: Oid;
  /** How many entries there are. */
  readonly count: number;
  /** The byte after the last of them. */
  readonly end: number;
  /** Where an object begins in the pack, or undefined when it is not in the prefix. */
  offsetOf(oid: Oid): number | undefined;
  /** The entries as they lie in the pack. Goes on when the pack is removed meanwhile. */
  bytes(): Generator<Buffer>;
}

const closedPath = (packPath: string): string => packPath.replace(/\.pack$/, ".closed");

/** The prefix of a pack, if it has one. */
export function readClosedPrefix(packPath: string, index: PackIndex): ClosedPrefix | undefined {
  const path = closedPath(packPath);
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const [line = "", sum] = text.split("\n");
  if (sum !== sumOf(path, line)) return undefined;
  const [commit, count, end] = line.split(" ") as [Oid, string, string];
  const limit = Number(end);
  return {
    commit,
    count: Number(count),
    end: limit,
    offsetOf(oid) {
      const offset = index.offsetOf(oid);
      return offset !== undefined && offset < limit ? offset : undefined;
    },
    bytes: () => slices(packPath, limit),
  };
}

/** Durable when it resolves. To be done before the pack's index is there: readers look but once. */
export async function writeClosedPrefix(
  packPath: string,
  { commit, count, end }: Pick<ClosedPrefix, "commit" | "count" | "end">,
): Promise<void> {
  const path = closedPath(packPath);
  const line = `${commit} ${count} ${end}`;
  await writeDurably(path, `${line}\n${sumOf(path, line)}\n`);
}

function sumOf(path: string, line: string): string {
  return new Bun.CryptoHasher("sha1").update(`${basename(path)}\n${line}`).digest("hex");
}

const SLICE = 256 * 1024;

/** A pack's entries up to a byte. Each slice is a buffer of its own, as the reader may keep it. */
function* slices(path: string, to: number): Generator<Buffer> {
  const fd = openSync(path, "r");
  try {
    for (let at = ENTRIES_BEGIN; at < to; ) {
      const slice = Buffer.allocUnsafeSlow(Math.min(SLICE, to - at));
      const count = readSync(fd, slice, 0, slice.length, at);
      if (count === 0) throw new RangeError(`${path} is cut short at byte ${at}`);
      yield slice.subarray(0, count);
      at += count;
    }
  } finally {
    closeSync(fd);
  }
}
