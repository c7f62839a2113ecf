/** A small bundle, made of what its files hold. */
import {
  archiveName,
  type Manifest,
  PACK,
  PACK_INDEX,
  README,
} from "../../src/bundles/manifest.ts";
import type { BundleContent } from "../../src/bundles/write.ts";

const hash = (text: string) => Bun.SHA256.hash(text, "hex");

/** A bundle of these archives. */
export function bundleContent(archives: readonly string[], signature?: string): BundleContent {
  const held = { [README]: "read me", [PACK]: "a pack", [PACK_INDEX]: "its index" };
  const file = (path: string, text: string) => ({ path, size: text.length, sha256: hash(text) });
  const files = [
    ...Object.entries(held).map(([path, text]) => file(path, text)),
    ...archives.map((text) => file(archiveName(hash(text)), text)),
  ];
  return {
    // Nothing else of it is looked at.
    manifest: { files } as unknown as Manifest,
    manifestBytes: Buffer.from(JSON.stringify(files)),
    signature,
    readme: Buffer.from(held[README]),
    pack: Buffer.from(held[PACK]),
    packIndex: Buffer.from(held[PACK_INDEX]),
    async *openArchive({ sha256 }) {
      yield Buffer.from(archives.find((text) => hash(text) === sha256)!);
    },
  };
}
