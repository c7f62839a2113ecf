/**
 * Archives for index lines: real zips, the same bytes on every machine.
 *
 *     moon.mod.json  README.md  src/lib.mbt  src/moon.pkg.json  [padding.bin]
 */
import { createCipheriv, createHash } from "node:crypto";
import { type Zippable, zipSync } from "fflate";
import { type SampleEntry, withChecksum } from "./entries.ts";

/** The oldest time that a zip can say. */
const MODIFIED = new Date(1980, 0, 1);

/** Fields of an index line that are the registry's, not the manifest's. */
const INDEX_FIELDS = new Set(["checksum", "created_at"]);

export interface ArchiveOptions {
  /** Bytes of the whole zip; a size below what the module itself needs is passed over. */
  readonly size?: number;
  /** Files beside those that every module has, or in their place. */
  readonly files?: Readonly<Record<string, string>> | undefined;
}

/** Makes the archive of a version. Padding is incompressible, so that only sending it counts. */
export function generateArchive(entry: SampleEntry, options: ArchiveOptions = {}): Uint8Array {
  const { size = 0, files: others = {} } = options;
  const files = { ...moduleFiles(entry), ...encoded(others) };
  const bare = zip(files);
  if (bare.length >= size) return bare;
  const overhead = zip({ ...files, "padding.bin": padding(entry, 0) }).length;
  if (overhead > size) return bare;
  return zip({ ...files, "padding.bin": padding(entry, size - overhead) });
}

function moduleFiles(entry: SampleEntry): Zippable {
  const fields = Object.entries(JSON.parse(entry.line)).filter(([key]) => !INDEX_FIELDS.has(key));
  const manifest = JSON.stringify(Object.fromEntries(fields), null, 2);
  const text = (content: string) => new TextEncoder().encode(content);
  return {
    "moon.mod.json": text(`${manifest}\n`),
    "README.md": text(`# ${entry.module} ${entry.version}\n\nGenerated for tests.\n`),
    "src/lib.mbt": text(`pub fn version() -> String {\n  "${entry.version}"\n}\n`),
    "src/moon.pkg.json": text("{}\n"),
  };
}

function encoded(files: Readonly<Record<string, string>>): Zippable {
  const encoder = new TextEncoder();
  const entries = Object.entries(files).map(
    ([path, text]) => [path, encoder.encode(text)] as const,
  );
  return Object.fromEntries(entries);
}

function zip(files: Zippable): Uint8Array {
  return zipSync(files, { mtime: MODIFIED, level: 0 });
}

/** A key stream of AES: as good as random, and made at the speed of memory. */
function padding(entry: SampleEntry, length: number): Uint8Array {
  const key = createHash("sha256").update(`${entry.module}@${entry.version}`).digest();
  const cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16));
  return cipher.update(Buffer.alloc(length));
}

/** Entries and their archives, which are made when asked for and not kept. */
export interface GeneratedArchives {
  /** With the generated archives' checksums. */
  readonly entries: readonly SampleEntry[];
  archive(module: string, version: string): Uint8Array | undefined;
}

/**
 * Archives for some entries.
 *
 * @param sizeOf wanted bytes of an archive; default: no padding
 * @param filesOf files of a module beside those that every module has
 */
export function generateArchives(
  entries: readonly SampleEntry[],
  sizeOf: (entry: SampleEntry, at: number) => number = () => 0,
  filesOf: (entry: SampleEntry) => Readonly<Record<string, string>> | undefined = () => undefined,
): GeneratedArchives {
  const known = new Map<string, { entry: SampleEntry; options: ArchiveOptions }>();
  const changed = entries.map((entry, at) => {
    const options = { size: sizeOf(entry, at), files: filesOf(entry) };
    known.set(`${entry.module}@${entry.version}`, { entry, options });
    return withChecksum(entry, Bun.SHA256.hash(generateArchive(entry, options), "hex"));
  });
  return {
    entries: changed,
    archive(module, version) {
      const found = known.get(`${module}@${version}`);
      return found && generateArchive(found.entry, found.options);
    },
  };
}
