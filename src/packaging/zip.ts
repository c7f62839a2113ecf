/**
 * Reads module archives that anybody may have made. Nothing is believed before it is checked: paths
 * stay below the root and mean one file on every system, there are no links, no passwords, and no
 * more bytes than the limits allow, whether declared or real.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.4.
 */
import { crc32 } from "node:zlib";
import type { Entry, ZipFile as Opened } from "yauzl";
import { messageOf } from "../errors.ts";
import { blobReader } from "./blob-reader.ts";
import { collisions, unsafePath } from "./path.ts";
import { failureOf, LEAVE_OUT, type Problem, shown, WHOLE } from "./problem.ts";

export interface ZipLimits {
  /** Bytes of the archive itself. */
  readonly archive: number;
  /** Files and folders. */
  readonly entries: number;
  /** Bytes of all files unpacked. */
  readonly unpacked: number;
}

const MIB = 1024 * 1024;
export const ZIP_LIMITS: ZipLimits = { archive: 64 * MIB, entries: 20_000, unpacked: 512 * MIB };

export interface ZippedFile {
  /** Below the module's root, with slashes. */
  readonly path: string;
  /** Bytes when unpacked. */
  readonly size: number;
  /** Whether its owner may run it. */
  readonly executable: boolean;
}

export interface ModuleZip {
  /** By path; folders are left out. */
  readonly files: readonly ZippedFile[];
  /**
   * One file's bytes, checked against its size and CRC.
   *
   * @param most refuse a longer one; default: no limit of its own
   * @throws {Failure} "invalid"; "not-found" is not: an unknown path gives undefined
   */
  read(path: string, most?: number): Promise<Buffer | undefined>;
  /**
   * One file's first bytes, at most so many. What comes behind them is not unpacked, and they are
   * checked only where they are all there is.
   *
   * @throws {Failure} "invalid"; an unknown path gives undefined
   */
  beginning(path: string, most: number): Promise<Buffer | undefined>;
  /** One file in pieces; the last comes only if size and CRC are right. */
  pieces(path: string): AsyncIterable<Buffer>;
}

/** All that is wrong with an archive's directory, and the archive when nothing is. */
export type Inspected =
  | { readonly zip: ModuleZip; readonly problems: readonly [] }
  | { readonly zip: undefined; readonly problems: readonly [Problem, ...Problem[]] };

/** @throws {Failure} "invalid" for an archive that is no zip or not a harmless one */
export async function openZip(archive: Blob, limits: ZipLimits = ZIP_LIMITS): Promise<ModuleZip> {
  const { zip, problems } = await inspectZip(archive, limits);
  if (zip === undefined) throw failureOf(problems);
  return zip;
}

/** Reads the directory only: no file is unpacked. */
export async function inspectZip(
  archive: Blob,
  limits: ZipLimits = ZIP_LIMITS,
): Promise<Inspected> {
  const problems: Problem[] = [];
  if (archive.size > limits.archive) {
    const message = `is ${archive.size} bytes, more than the ${limits.archive} allowed`;
    problems.push(whole(message, LEAVE_OUT));
  }
  const read = problems.length === 0 ? await readDirectory(archive, limits) : undefined;
  if (typeof read === "string") problems.push(whole(`is not a zip that can be read: ${read}`));
  const directory = typeof read === "object" ? read : undefined;
  problems.push(...(directory?.problems ?? []));
  const [first, ...others] = problems;
  if (first) return { zip: undefined, problems: [first, ...others] };
  return { zip: createZip(directory!.opened, directory!.entries), problems: [] };
}

const MAKE_AGAIN = "build the archive again from the module's files";

function whole(message: string, fix = MAKE_AGAIN): Problem {
  return { file: WHOLE, message: `the archive ${message}`, fix };
}

interface Named {
  readonly path: string;
  readonly entry: Entry;
}

interface Directory {
  readonly opened: Opened;
  /** Files only. */
  readonly entries: readonly Named[];
  readonly problems: readonly Problem[];
}

/** Bytes of the end-of-central-directory record without a comment: section 4.3.16. */
const END_RECORD = 22;

/** The directory, or why there is none. */
async function readDirectory(archive: Blob, limits: ZipLimits): Promise<Directory | string> {
  const { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader } = await import(
    "yauzl"
  );
  try {
    const reader = blobReader(RandomAccessReader, archive);
    const opened = await fromRandomAccessReaderPromise(reader, archive.size, {
      autoClose: false,
      decodeStrings: false,
    });
    if (opened.entryCount > limits.entries) {
      return `it says it holds ${opened.entryCount} files, more than ${limits.entries}`;
    }
    const named: Named[] = [];
    const problems: Problem[] = [];
    for (const entry of await allEntries(opened)) {
      const name = (extra: Entry["extraFields"]) =>
        getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, extra, true);
      const path = name([]);
      const problem = entryProblem(path, name(entry.extraFields), entry);
      if (problem) problems.push({ file: path, message: problem, fix: MAKE_AGAIN });
      else named.push({ path, entry });
    }
    // Programs that look for the directory in other ways must find the same one.
    if (Number(opened.readEntryCursor) !== archive.size - END_RECORD) {
      problems.push(whole("has bytes between its directory and its end, or a comment"));
    }
    const files = named.filter(({ path }) => !path.endsWith("/"));
    const unpacked = files.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    if (unpacked > limits.unpacked) {
      const message = `unpacks to ${unpacked} bytes, more than ${limits.unpacked}`;
      problems.push(whole(message, LEAVE_OUT));
    }
    for (const { path, with: other } of collisions(named.map((each) => each.path))) {
      const message = `is the same file as ${shown(other)} where case does not count`;
      problems.push({ file: path, message, fix: "rename one of them" });
    }
    return { opened, entries: files, problems };
  } catch (error) {
    return messageOf(error);
  }
}

/** Bounded by the archive's size: each entry takes 46 of its bytes. */
async function allEntries(opened: Opened): Promise<Entry[]> {
  const entries: Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    opened.on("entry", (entry: Entry) => {
      entries.push(entry);
      opened.readEntry();
    });
    opened.on("end", resolve);
    opened.on("error", reject);
    opened.readEntry();
  });
  return entries;
}

const STORED = 0;
const DEFLATED = 8;

/** Unix modes, in the upper half of the external attributes. Source: stat(2). */
const TYPE = 0o170000;
const REGULAR = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const SPECIAL_BITS = 0o7000;

const modeOf = (entry: Entry): number => entry.externalFileAttributes >>> 16;

/** @param otherPath the path by a second field, which other programs may go by */
function entryProblem(path: string, otherPath: string, entry: Entry): string | undefined {
  const isFolder = path.endsWith("/");
  const unsafe = unsafePath(isFolder ? path.slice(0, -1) : path);
  if (unsafe) return unsafe;
  if (hasControlBytes(entry.fileNameRaw)) return "has a control character in its path";
  if (otherPath !== path) return `is called ${shown(otherPath)} as well`;
  const type = modeOf(entry) & TYPE;
  if (type === LINK) return "is a symbolic link";
  if (type !== 0 && type !== (isFolder ? FOLDER : REGULAR)) return "is no plain file";
  if ((modeOf(entry) & SPECIAL_BITS) !== 0) return "has a set-user, set-group or sticky bit";
  if (entry.isEncrypted()) return "is encrypted";
  if (![STORED, DEFLATED].includes(entry.compressionMethod)) {
    return `is compressed by method ${entry.compressionMethod}; 0 and 8 are known`;
  }
  if (isFolder && entry.uncompressedSize > 0) return "is a folder with content";
  return undefined;
}

/**
 * Control characters as other programs read them: in a name that is not UTF-8 they can also stand for the
 * pictures of code page 437 (☺ is 0x01), which is what they are decoded to here.
 */
const hasControlBytes = (name: Buffer): boolean =>
  name.some((byte) => byte < 0x20 || byte === 0x7f);

function createZip(opened: Opened, entries: readonly Named[]): ModuleZip {
  const byPath = new Map(entries.map(({ path, entry }) => [path, entry]));
  const pieces = (path: string) => {
    const entry = byPath.get(path);
    if (!entry) throw new Error(`no file ${path}`);
    return checkedPieces(opened, path, entry);
  };
  return {
    files: entries
      .map(({ path, entry }) => ({
        path,
        size: entry.uncompressedSize,
        executable: (modeOf(entry) & 0o100) !== 0,
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    async read(path, most = Number.POSITIVE_INFINITY) {
      const size = byPath.get(path)?.uncompressedSize;
      if (size === undefined) return undefined;
      if (size > most) throw damaged(path, `is ${size} bytes, more than ${most}`);
      return Buffer.concat(await Array.fromAsync(pieces(path)));
    },
    async beginning(path, most) {
      if (!byPath.has(path)) return undefined;
      const taken: Buffer[] = [];
      let size = 0;
      for await (const piece of pieces(path)) {
        taken.push(piece);
        size += piece.length;
        if (size >= most) break;
      }
      return Buffer.concat(taken).subarray(0, most);
    },
    pieces,
  };
}

/** yauzl stops as soon as there is more than was declared, so that a lie costs no memory. */
async function* checkedPieces(opened: Opened, path: string, entry: Entry): AsyncGenerator<Buffer> {
  let size = 0;
  let crc = 0;
  let held: Buffer | undefined;
  try {
    const header = await opened.readLocalFileHeaderPromise(entry);
    if (!header.fileName.equals(entry.fileNameRaw)) throw new Error("it has two names");
    const stream = await opened.openReadStreamPromise(entry);
    for await (const chunk of stream) {
      const piece = chunk as Buffer;
      size += piece.length;
      crc = crc32(piece, crc);
      if (held) yield held;
      held = piece;
    }
  } catch (error) {
    throw damaged(path, `cannot be unpacked: ${messageOf(error)}`);
  }
  if (size !== entry.uncompressedSize) throw damaged(path, "is not as long as the archive says");
  if (crc !== entry.crc32) throw damaged(path, "does not have the CRC that the archive says");
  if (held) yield held;
}

function damaged(path: string, message: string) {
  return failureOf([{ file: path, message, fix: MAKE_AGAIN }]);
}
