/** The archive store: immutable bytes under their SHA-256. Knows no module, version or index. */
export type {
  ArchiveStaging,
  ArchiveStore,
  Sha256,
  StagedArchive,
  StoredArchive,
} from "./archive-store.ts";
export { damagedArchive } from "./damaged.ts";
export { createHotArchives } from "./hot.ts";
export type { Incoming } from "./incoming.ts";
export { openArchiveStore } from "./store.ts";
export { storedSize } from "./stored-size.ts";
export { abandonedFiles, cleanTemporary } from "./temporary.ts";
