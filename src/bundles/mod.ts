/** Bundles: what a registry has, or what is new of it, in one file that can be carried. */
export type { Container } from "./container.ts";
export { writeDirectory } from "./directory.ts";
export {
  archiveName,
  type BundleFile,
  type BundleOrigin,
  type BundleRef,
  bundleId,
  damaged,
  encodeManifest,
  isArchive,
  type Manifest,
  PACK,
  PACK_INDEX,
  type Pointers,
  parseManifest,
  README,
  TRAVELLING,
} from "./manifest.ts";
export { openContainer, PIPE, partsOf, writeFiles, writePipe } from "./parts.ts";
export { type BundleHead, proven, readFiles, readHead } from "./read.ts";
export {
  generateKey,
  type PublicKey,
  readPrivateKey,
  readPublicKey,
  signManifest,
} from "./sign.ts";
export { countArchives, readmeText } from "./texts.ts";
export { type BundleContent, type OutgoingFile, tarOf } from "./write.ts";
