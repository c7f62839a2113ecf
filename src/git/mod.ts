/**
 * Git, as far as a server of one branch needs it: reading and writing a bare repository, and
 * answering clones and fetches over HTTP. Spawns nothing and knows nothing of registries.
 */

export { checkPacks, checkReachable, cutCommits } from "./check.ts";
export { fetchPack } from "./fetch-pack.ts";
export { isAncestor, reachable } from "./history.ts";
export { createGitEndpoint, type GitEndpoint } from "./http.ts";
export { type IncomingPack, openIncomingPack } from "./incoming-pack.ts";
export { INDEX_LIMITS, LimitError } from "./limit.ts";
export { mendPacks } from "./mend-packs.ts";
export { type Commit, encodeCommit, isTree, type Oid, oidOf } from "./object.ts";
export {
  MissingObjectError,
  type ObjectDatabase,
  type ObjectReader,
  openObjectDatabase,
} from "./object-database.ts";
export { buildPack } from "./pack-build.ts";
export { createObjectBatch, type ObjectBatch } from "./pack-writer.ts";
export type { FetchQuestion } from "./protocol/fetch-question.ts";
export { CutShortError, ProtocolError } from "./protocol/pkt-line.ts";
export { type AdvertisedRef, isOid } from "./protocol/ref.ts";
export { type RefListing, readRefListing } from "./protocol/ref-listing.ts";
export { deleteRef, followRef, forgetRefs, listRefs, readRef, writeRef } from "./refs.ts";
export { findWaste, gatherIfMany, repackIfMany, repackNow } from "./repack.ts";
export { createRepository } from "./repository.ts";
export { readShallow } from "./shallow.ts";
export { changedFiles } from "./tree-changes.ts";
export { writeTree } from "./tree-write.ts";
export { findBlob, type KnownTree, openTrees, type Trees } from "./trees.ts";
