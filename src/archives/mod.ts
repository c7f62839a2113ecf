/** The archive store: immutable bytes under their SHA-256. Knows no module, version or index. */
export {
  type ArchiveBatch,
  type ArchiveStore,
  IntegrityError,
  type Sha256,
  type StoredArchive,
} from "./archive-store.ts";
export { cleanTemporary, openArchiveStore } from "./store.ts";
