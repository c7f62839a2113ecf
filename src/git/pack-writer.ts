/**
 * Writes packs: as a stream for a client, or as a file with its index for the repository. Source:
 * gitformat-pack(5).
 *
 *     "PACK" · version 2 · count · entries · SHA-1 of all before
 */
import { mkdir, open, rm } from "node:fs/promises";
import { crc32, deflateSync } from "node:zlib";
import { createBreath } from "../breath.ts";
import { replaceSame, syncNames, temporaryIn, writeDurably } from "../files/mod.ts";
import { type ClosedPrefix, writeClosedPrefix } from "./closed-prefix.ts";
import { type GitObject, type ObjectType, type Oid, oidOf } from "./object.ts";
import { ENTRIES_BEGIN, type EntryKind, encodeEntryHeader, PACK_MAGIC } from "./pack-entry.ts";
import type { StoredEntry } from "./pack-file.ts";
import { encodePackIndex, type IndexedEntry } from "./pack-index.ts";
import { packDirectory, packPath } from "./paths.ts";

export interface PackItem extends StoredEntry {
  readonly oid: Oid;
}

export interface PackOptions {
  /** Whether a delta may name its base by distance, which is 17 bytes shorter. */
  readonly ofsDelta: boolean;
  /** Comes before the items, with deltas of that kind. */
  readonly prefix?: ClosedPrefix | undefined;
  /** Told where each item lies, for an index. */
  readonly onEntry?: (entry: IndexedEntry) => void;
}

/**
 * The bytes of a pack, piece by piece.
 *
 * @param count how many items there are: a pack says so first
 */
export function* encodePack(
  count: number,
  items: Iterable<PackItem>,
  { ofsDelta, prefix, onEntry }: PackOptions,
): Generator<Buffer> {
  const hash = new Bun.CryptoHasher("sha1");
  const offsets = new Map<Oid, number>();
  const offsetOf = (oid: Oid) => offsets.get(oid) ?? prefix?.offsetOf(oid);
  const head = Buffer.alloc(ENTRIES_BEGIN);
  head.write(PACK_MAGIC, "latin1");
  head.writeUInt32BE(count + (prefix?.count ?? 0), PACK_MAGIC.length);
  hash.update(head);
  yield head;
  for (const bytes of prefix?.bytes() ?? []) {
    hash.update(bytes);
    yield bytes;
  }
  let offset = prefix?.end ?? ENTRIES_BEGIN;
  for (const item of items) {
    const entry = shortened(item.entry, offset, ofsDelta ? offsetOf : undefined);
    const bytes = Buffer.concat([encodeEntryHeader(entry, item.size), item.deflated]);
    hash.update(bytes);
    offsets.set(item.oid, offset);
    if (onEntry) onEntry({ oid: item.oid, offset, crc32: crc32(bytes) });
    offset += bytes.length;
    yield bytes;
  }
  if (offsets.size !== count) {
    throw new RangeError(`a pack of ${count} objects got ${offsets.size}`);
  }
  yield Buffer.from(hash.digest());
}

function shortened(
  entry: StoredEntry["entry"],
  offset: number,
  offsetOf: ((oid: Oid) => number | undefined) | undefined,
): EntryKind {
  if (entry.kind !== "ref-delta") return entry;
  const base = offsetOf?.(entry.base);
  return base === undefined ? entry : { kind: "ofs-delta", distance: offset - base };
}

/** An object as a pack item, deflated whole. */
export function wholeItem(oid: Oid, object: GitObject): PackItem {
  return {
    oid,
    entry: { kind: object.type },
    size: object.data.length,
    deflated: deflateSync(object.data),
  };
}

/** Collects new objects of one change, to be written as one pack. */
export interface ObjectBatch {
  add(type: ObjectType, data: Buffer): Oid;
  readonly size: number;
  /** Durable in the repository when this resolves. An empty batch writes nothing. */
  write(): Promise<void>;
}

/**
 * One pack for a whole change, rather than a file an object: two durable writes, whatever its size.
 *
 * @param has says what the repository holds already
 */
export function createObjectBatch(gitdir: string, has: (oid: Oid) => boolean): ObjectBatch {
  const items = new Map<Oid, PackItem>();
  return {
    add(type, data) {
      const oid = oidOf(type, data);
      if (!items.has(oid) && !has(oid)) items.set(oid, wholeItem(oid, { type, data }));
      return oid;
    },
    get size() {
      return items.size;
    },
    async write() {
      if (items.size > 0) await writePackFile(gitdir, items.size, items.values());
      items.clear();
    },
  };
}

/**
 * Writes a pack, then its index: readers look for indexes, so they never see a pack half there. Others have
 * their turn on the way, and no more of it is held in memory than is being written.
 *
 * @param count how many items there are
 * @param closed says that the first so many items are just what a commit leads to
 * @returns its name, such as `pack-ab12…`
 */
export async function writePackFile(
  gitdir: string,
  count: number,
  items: Iterable<PackItem>,
  closed?: { readonly commit: Oid; readonly count: number },
): Promise<string> {
  const entries: IndexedEntry[] = [];
  const onEntry = (entry: IndexedEntry) => entries.push(entry);
  const directory = packDirectory(gitdir);
  await mkdir(directory, { recursive: true });
  const draft = temporaryIn(directory);
  try {
    const chunks = encodePack(count, items, { ofsDelta: true, onEntry });
    const { size, trailer } = await writeChunks(draft, chunks);
    const name = trailer.toString("hex");
    const path = packPath(gitdir, name, "pack");
    await replaceSame(draft, path);
    await syncNames([directory]);
    if (closed) {
      const end = entries[closed.count]?.offset ?? size - trailer.length;
      await writeClosedPrefix(path, { ...closed, end });
    }
    await writeDurably(packPath(gitdir, name, "idx"), encodePackIndex(entries, trailer));
    return `pack-${name}`;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Bytes that are written at once. */
const AT_ONCE = 1024 * 1024;

/** Durable, under this name, when it resolves. */
async function writeChunks(
  path: string,
  chunks: Iterable<Buffer>,
): Promise<{ size: number; trailer: Buffer }> {
  const breathe = createBreath();
  const file = await open(path, "wx");
  try {
    let [size, held] = [0, 0];
    let waiting: Buffer[] = [];
    let trailer: Buffer = Buffer.alloc(0);
    for (const chunk of chunks) {
      waiting.push(chunk);
      size += chunk.length;
      held += chunk.length;
      trailer = chunk;
      if (held >= AT_ONCE) {
        await file.writeFile(Buffer.concat(waiting));
        [waiting, held] = [[], 0];
      }
      const turn = breathe();
      if (turn) await turn;
    }
    await file.writeFile(Buffer.concat(waiting));
    await file.sync();
    return { size, trailer };
  } finally {
    await file.close();
  }
}
