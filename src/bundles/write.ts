/** A bundle as bytes: made piece by piece, so that it goes through a pipe of any length. */
import { type BundleFile, bundleId, type Manifest, PACK, PACK_INDEX, README } from "./manifest.ts";
import { MANIFEST, SIGNATURE, SUMS, sumsText } from "./texts.ts";
import { END, paddingAfter, tarHeader } from "./ustar.ts";

/** All of a bundle, with what is big still where it is. */
export interface BundleContent {
  readonly manifest: Manifest;
  /** Encoded: what is hashed and signed. */
  readonly manifestBytes: Buffer;
  readonly signature: string | undefined;
  readonly readme: Buffer;
  readonly pack: Buffer;
  readonly packIndex: Buffer;
  /** @throws when the archive is not what the manifest says of it */
  openArchive(file: BundleFile): AsyncIterable<Uint8Array>;
}

/** One file of a bundle, whichever way it is to be written. */
export interface OutgoingFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Every file, in order. */
export function* outgoingFiles(content: BundleContent): Generator<OutgoingFile> {
  const { manifest, manifestBytes, signature } = content;
  const held = new Map([
    [README, content.readme],
    [PACK, content.pack],
    [PACK_INDEX, content.packIndex],
  ]);
  const whole = (path: string, data: Buffer): OutgoingFile => ({
    path,
    size: data.length,
    sha256: Bun.SHA256.hash(data, "hex"),
    open: () => [data],
  });
  yield whole(README, content.readme);
  yield whole(MANIFEST, manifestBytes);
  if (signature !== undefined) yield whole(SIGNATURE, Buffer.from(signature));
  yield whole(SUMS, Buffer.from(sumsText(bundleId(manifestBytes), manifest)));
  for (const file of manifest.files) {
    const data = held.get(file.path);
    if (file.path === README) continue;
    yield data ? whole(file.path, data) : { ...file, open: () => content.openArchive(file) };
  }
}

/** The bundle as a tar. */
export async function* tarOf(
  content: BundleContent,
  onFile: (file: OutgoingFile) => void = () => {},
): AsyncGenerator<Uint8Array> {
  for (const file of outgoingFiles(content)) {
    yield tarHeader(file.path, file.size);
    yield* file.open();
    const padding = paddingAfter(file.size);
    if (padding > 0) yield Buffer.alloc(padding);
    onFile(file);
  }
  yield END;
}
