/**
 * Ad hoc signatures of executables for macOS. Bun signs anew what it compiles for arm64; what it compiles for x64 keeps the
 * signature of Bun itself, which does not fit any more, and a program like that may be killed at its start.
 *
 * A Mach-O of 64 bits, little-endian, ends with its signature. Two kinds of its load commands matter here:
 *
 *     header of 32 bytes, the count of commands at 16 · commands · segments … · signature
 *     LC_SEGMENT_64      0x19 · size · name of 16 bytes · vmaddr · vmsize · fileoff · filesize (8 bytes each) · …
 *     LC_CODE_SIGNATURE  0x1d · 16 · where the signature begins · its size
 *
 * The signature is big-endian. Its hashes cover all that lies before it, page by page:
 *
 *     CS_SuperBlob       0xfade0cc0 · size · count of blobs · (kind of blob · where it begins) …
 *     CS_CodeDirectory   0xfade0c02 · size · version · flags · where the hashes begin · where the identifier begins
 *                        · count of special hashes · count of hashes · bytes covered
 *                        · 1 byte each: size of a hash, kind of hash, platform, log2 of the page
 *                        · spare2, scatter, team, spare3 · codeLimit64, execSegBase, execSegLimit, execSegFlags (8 bytes each)
 *                        · identifier · hashes
 *
 * Sources: Apple's mach-o/loader.h and kern/cs_blobs.h; Go's cmd/internal/codesign writes the same.
 */

const MACHO_64 = 0xfeedfacf;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;
const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
/** The first version with the fields of execSeg. */
const VERSION = 0x20400;
/** CS_ADHOC and CS_LINKER_SIGNED, as linkers sign; without CS_RUNTIME, so that no entitlements are needed. */
const FLAGS = 0x2_0002;
const SHA256 = 2;
const HASH_SIZE = 32;
const PAGE_LOG2 = 12;
const PAGE = 1 << PAGE_LOG2;
const MAIN_BINARY = 1;

const SUPER_BLOB_SIZE = 20;
const DIRECTORY_SIZE = 88;

/** Where the load commands that matter begin. */
interface Commands {
  readonly text: number;
  readonly linkedit: number;
  readonly signature: number;
}

/** The same program with an ad hoc signature in place of the one that it has. */
export function signAdHoc(program: Buffer, identifier: string): Buffer {
  const { text, linkedit, signature } = commandsOf(program);
  const limit = program.readUInt32LE(signature + 8);
  const pages = Math.ceil(limit / PAGE);
  const hashes = DIRECTORY_SIZE + Buffer.byteLength(identifier) + 1;
  const directorySize = hashes + pages * HASH_SIZE;
  const size = SUPER_BLOB_SIZE + directorySize;

  const signed = Buffer.alloc(limit + roundUp(size, 16));
  program.copy(signed, 0, 0, limit);
  // First what the hashes cover.
  signed.writeUInt32LE(signed.length - limit, signature + 12);
  const linkeditSize = signed.length - Number(signed.readBigUInt64LE(linkedit + 40));
  signed.writeBigUInt64LE(BigInt(roundUp(linkeditSize, 16_384)), linkedit + 32);
  signed.writeBigUInt64LE(BigInt(linkeditSize), linkedit + 48);

  const blob = signed.subarray(limit);
  putUInt32s(blob, 0, [SUPER_BLOB, size, 1, 0, SUPER_BLOB_SIZE]);
  const directory = blob.subarray(SUPER_BLOB_SIZE);
  const counts = [0, pages, limit];
  const head = [CODE_DIRECTORY, directorySize, VERSION, FLAGS, hashes, DIRECTORY_SIZE, ...counts];
  putUInt32s(directory, 0, head);
  directory.set([HASH_SIZE, SHA256, 0, PAGE_LOG2], 36);
  directory.writeBigUInt64BE(signed.readBigUInt64LE(text + 40), 64);
  directory.writeBigUInt64BE(signed.readBigUInt64LE(text + 48), 72);
  directory.writeBigUInt64BE(BigInt(MAIN_BINARY), 80);
  directory.write(identifier, DIRECTORY_SIZE);
  for (let page = 0; page < pages; page++) {
    directory.set(pageHash(signed, page, limit), hashes + page * HASH_SIZE);
  }
  return signed;
}

/** What is wrong with a program's ad hoc signature; undefined when it holds. Every page is hashed. */
export function signatureProblem(program: Buffer): string | undefined {
  const { linkedit, signature } = commandsOf(program);
  const [limit, size] = [
    program.readUInt32LE(signature + 8),
    program.readUInt32LE(signature + 12),
  ] as const;
  const linkeditEnd =
    program.readBigUInt64LE(linkedit + 40) + program.readBigUInt64LE(linkedit + 48);
  if (limit + size !== program.length || Number(linkeditEnd) !== program.length) {
    return "the signature does not end where the file ends";
  }
  const blob = program.subarray(limit);
  if (blob.readUInt32BE(0) !== SUPER_BLOB || blob.readUInt32BE(12) !== 0) {
    return "the signature does not begin with a CodeDirectory";
  }
  const directory = blob.subarray(blob.readUInt32BE(16));
  if (directory.readUInt32BE(0) !== CODE_DIRECTORY) return "the CodeDirectory is none";
  if (directory.readUInt32BE(12) !== FLAGS) return "the signature is not an ad hoc one";
  const format = directory.subarray(36, 40);
  if (!format.equals(Buffer.of(HASH_SIZE, SHA256, 0, PAGE_LOG2))) return "the hashes are others";
  const pages = Math.ceil(limit / PAGE);
  if (directory.readUInt32BE(28) !== pages || directory.readUInt32BE(32) !== limit) {
    return "the signature does not cover all that lies before it";
  }
  const hashes = directory.subarray(directory.readUInt32BE(16));
  for (let page = 0; page < pages; page++) {
    const said = hashes.subarray(page * HASH_SIZE, (page + 1) * HASH_SIZE);
    if (!said.equals(pageHash(program, page, limit))) {
      return `page ${page} of ${pages} has another hash than the signature says`;
    }
  }
  return undefined;
}

function commandsOf(program: Buffer): Commands {
  if (program.readUInt32LE(0) !== MACHO_64) throw new Error("this is no Mach-O of 64 bits");
  const found = new Map<string, number>();
  for (let left = program.readUInt32LE(16), at = 32; left > 0; left--) {
    const kind = program.readUInt32LE(at);
    if (kind === LC_CODE_SIGNATURE) found.set("signature", at);
    if (kind === LC_SEGMENT_64) {
      found.set(program.toString("latin1", at + 8, at + 24).replace(/\0+$/, ""), at);
    }
    at += program.readUInt32LE(at + 4);
  }
  const where = (name: string): number => {
    const at = found.get(name);
    if (at === undefined) throw new Error(`the Mach-O has no ${name}`);
    return at;
  };
  return {
    text: where("__TEXT"),
    linkedit: where("__LINKEDIT"),
    signature: where("signature"),
  };
}

function pageHash(program: Buffer, page: number, limit: number): Buffer {
  const bytes = program.subarray(page * PAGE, Math.min((page + 1) * PAGE, limit));
  return Buffer.from(Bun.SHA256.hash(bytes).buffer);
}

function putUInt32s(into: Buffer, at: number, values: readonly number[]): void {
  for (const [nth, value] of values.entries()) into.writeUInt32BE(value, at + 4 * nth);
}

const roundUp = (size: number, step: number): number => Math.ceil(size / step) * step;
