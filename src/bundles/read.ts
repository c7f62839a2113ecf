/**
 * Reads a bundle, front to back, once, and proves every byte of it: what stands before the manifest is
 * bounded, what stands behind it is known beforehand by name, size and hash, in one order.
 */
import { Failure, hasCode } from "../errors.ts";
import type { Container, IncomingFile } from "./container.ts";
import {
  type BundleFile,
  bundleId,
  damaged,
  type Manifest,
  parseManifest,
  README,
} from "./manifest.ts";
import { checkSignature, type PublicKey } from "./sign.ts";
import { MANIFEST, SIGNATURE, SUMS, sumsText } from "./texts.ts";

export interface BundleHead {
  readonly id: string;
  readonly manifest: Manifest;
  readonly manifestBytes: Buffer;
  /** Whose valid signature it bears. */
  readonly signedBy: PublicKey | undefined;
}

const MOST_README = 1024 * 1024;
const MOST_MANIFEST = 256 * 1024 * 1024;
const MOST_SIGNATURE = 1024;

/** Reads as far as the contents go, and not on to the files. @throws {Failure} "integrity" */
export async function readHead(container: Container): Promise<BundleHead> {
  const readme = await held(await firstFile(container), MOST_README);
  const manifestBytes = await held(await container.next([MANIFEST]), MOST_MANIFEST);
  const manifest = parseManifest(manifestBytes);
  const id = bundleId(manifestBytes);
  let file = await container.next([SIGNATURE, SUMS]);
  let signedBy: PublicKey | undefined;
  if (file.path === SIGNATURE) {
    const content = await held(file, MOST_SIGNATURE);
    signedBy = checkSignature(manifestBytes, content.toString("latin1"));
    file = await container.next([SUMS]);
  }
  const sums = Buffer.from(sumsText(id, manifest));
  if (file.size !== sums.length || !(await held(file, sums.length)).equals(sums)) {
    throw damaged(`${SUMS} does not fit the manifest`);
  }
  if (Bun.SHA256.hash(readme, "hex") !== manifest.files[0]!.sha256) {
    throw damaged(`${README} is not what the manifest says`);
  }
  return { id, manifest, manifestBytes, signedBy };
}

/** What does not even begin like a bundle is most likely none; one that cannot be read, or was let go, may be. */
async function firstFile(container: Container): Promise<IncomingFile> {
  try {
    return await container.next([README]);
  } catch (error) {
    if (!hasCode(error, "integrity")) throw error;
    throw new Failure(
      "integrity",
      `that is no bundle: it does not begin with ${README}`,
      error.hint,
      {
        cause: error,
      },
    );
  }
}

/**
 * Reads the files behind the head.
 *
 * @param visit reads the body to its end, which throws when the bytes are not those of the manifest
 * @throws {Failure} "integrity"
 */
export async function readFiles(
  container: Container,
  { manifest }: BundleHead,
  visit: (file: BundleFile, body: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  for (const file of manifest.files.slice(1)) {
    const incoming = await container.next([file.path]);
    if (incoming.size !== file.size) throw damaged(`${file.path} has another size than it should`);
    const wrong = () => damaged(`${file.path} does not have the bytes that it should`);
    await visit(file, proven(file, incoming.body, wrong));
  }
  await container.end();
}

/** A file's bytes, proven as they are read. @throws what `failure` makes, at the end, when they are others */
export async function* proven(
  { size, sha256 }: BundleFile,
  body: AsyncIterable<Uint8Array>,
  failure: () => Failure,
): AsyncGenerator<Uint8Array> {
  const hash = new Bun.CryptoHasher("sha256");
  let got = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    got += chunk.length;
    if (got > size) break;
    yield chunk;
  }
  if (got !== size || hash.digest("hex") !== sha256) throw failure();
}

async function held({ path, size, body }: IncomingFile, most: number): Promise<Buffer> {
  if (size > most) throw damaged(`${path} has ${size} bytes`);
  const chunks: Uint8Array[] = [];
  let got = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    got += chunk.length;
    // A file of a directory may grow while it is read.
    if (got > most) throw damaged(`${path} has over ${most} bytes`);
  }
  return Buffer.concat(chunks);
}
