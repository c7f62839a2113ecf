/**
 * One file of an archive by itself. Whoever wrote it is a stranger, and it comes from this site's own
 * origin: it is an image, plain text or a download, never a page, and whatever it is runs nothing.
 */
import type { ModuleZip } from "../packaging/mod.ts";

type Headers = Readonly<Record<string, string>>;

export interface RawFile {
  /** Bytes of it. */
  readonly size: number;
  /** As far as they can be told while nothing of it is unpacked. */
  readonly headers: Headers;
  /**
   * Unpacks it as it is taken. A body that turns out to be damaged ends with an error.
   *
   * @throws {Failure} "invalid" when that shows at its beginning
   */
  open(): Promise<{ headers: Headers; body: ReadableStream<Uint8Array> }>;
}

const IMAGES: ReadonlyMap<string, string> = new Map([
  ["png", "image/png"],
  ["jpg", "image/jpeg"],
  ["jpeg", "image/jpeg"],
  ["gif", "image/gif"],
  ["webp", "image/webp"],
  ["avif", "image/avif"],
  ["svg", "image/svg+xml"],
]);

/** A file's media type by its name, when that is of an image that browsers show. */
export function imageType(path: string): string | undefined {
  return IMAGES.get(/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "");
}

/** Bytes that tell whether a file is text. */
const SAMPLE = 8000;

/** As git tells: a NUL near the beginning. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, SAMPLE).includes(0);
}

/** @param named whether its address names the version, so that it will always mean these bytes */
export function rawFile(
  zip: ModuleZip,
  path: string,
  { checksum, named }: { checksum: string; named: boolean },
): RawFile | undefined {
  const file = zip.files.find((each) => each.path === path);
  if (!file) return undefined;
  const image = imageType(path);
  const headers = {
    ...(image !== undefined && { "content-type": image }),
    etag: `"${checksum}"`,
    "cache-control": named ? "public, max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
    // Drawings have styles of their own; in a sandbox these can do no harm.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "cross-origin-resource-policy": "same-origin",
  };
  return {
    size: file.size,
    headers,
    async open() {
      const pieces = zip.pieces(path)[Symbol.asyncIterator]();
      const first = await sample(pieces);
      const type = image === undefined ? typeOf(first) : {};
      return { headers: { ...headers, ...type }, body: streamOf(first, pieces) };
    },
  };
}

function typeOf(first: Buffer): Headers {
  return isBinary(first)
    ? { "content-type": "application/octet-stream", "content-disposition": "attachment" }
    : { "content-type": "text/plain; charset=utf-8" };
}

async function sample(pieces: AsyncIterator<Buffer>): Promise<Buffer> {
  const taken: Buffer[] = [];
  for (let size = 0; size < SAMPLE; ) {
    const next = await pieces.next();
    if (next.done) break;
    taken.push(next.value);
    size += next.value.length;
  }
  return Buffer.concat(taken);
}

function streamOf(first: Buffer, rest: AsyncIterator<Buffer>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      start(controller) {
        if (first.length > 0) controller.enqueue(first);
      },
      async pull(controller) {
        const next = await rest.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await rest.return?.();
      },
    },
    // Nothing is unpacked ahead of who takes it.
    { highWaterMark: 0 },
  );
}
