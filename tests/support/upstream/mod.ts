/** A sample upstream registry: real index lines, generated archives, faults on purpose. */
export {
  type ArchiveOptions,
  type GeneratedArchives,
  generateArchive,
  generateArchives,
} from "./archive.ts";
export {
  byModule,
  nextVersion,
  parseEntries,
  type SampleEntry,
  sampleIndex,
  withChecksum,
} from "./entries.ts";
export type { Fault, FaultOptions } from "./faults.ts";
export { writeIndexRepository } from "./index-repository.ts";
export {
  type RecordedRequest,
  startUpstream,
  type Upstream,
  type UpstreamOptions,
} from "./server.ts";
