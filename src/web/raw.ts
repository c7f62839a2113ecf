/**
 * One file of an archive by itself. Whoever wrote it is a stranger, and it comes from this site's own
 * origin: it is an image, plain text or a download, never a page, and whatever it is runs nothing.
 */

export interface RawFile {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const IMAGES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  avif: "image/avif",
  svg: "image/svg+xml",
};

export function rawFile(path: string, bytes: Buffer, checksum: string): RawFile {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const image = IMAGES[extension];
  const isText = !bytes.subarray(0, 8000).includes(0);
  const type = image ?? (isText ? "text/plain; charset=utf-8" : "application/octet-stream");
  return {
    bytes,
    headers: {
      "content-type": type,
      ...(!image && !isText && { "content-disposition": "attachment" }),
      etag: `"${checksum}"`,
      "cache-control": "public, max-age=3600",
      "x-content-type-options": "nosniff",
      // Drawings have styles of their own; in a sandbox these can do no harm.
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "cross-origin-resource-policy": "same-origin",
    },
  };
}
