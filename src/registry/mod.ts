/** The operations on a registry. They report events and never print. */

export { parseScope, type TokenInfo } from "../accounts/mod.ts";
export type { BundleHead } from "../bundles/mod.ts";
export { type ExportSummary, exportBundle } from "./bundles/export.ts";
export { type ImportSummary, importBundle, listBundle } from "./bundles/import.ts";
export { makeKey } from "./bundles/keys.ts";
export { type Dependent, type Discovery, noModule } from "./discovery/discover.ts";
export { getModules } from "./discovery/get.ts";
export {
  archivePath,
  type ListedModule,
  listedModule,
  type ModuleInfo,
  moduleInfo,
  type ReleaseInfo,
  type ResolvedVersion,
  resolvedVersion,
  yankOf,
} from "./discovery/module-info.ts";
export type { ModuleRecord } from "./discovery/module-records.ts";
export {
  type ModuleTree,
  moduleTree,
  type TreeModule,
  unmetText,
} from "./discovery/module-tree.ts";
export {
  MAX_LIMIT,
  SEARCH_SORTS,
  type SearchQuery,
  type SearchSort,
} from "./discovery/search-index.ts";
export { openShelf, type Shelf } from "./discovery/shelf.ts";
export { eventText, heldText, isProgress, type ProgressEvent } from "./event-text.ts";
export type { Event, Report } from "./events.ts";
export { initRegistry } from "./init.ts";
export { parseInstalls } from "./knitpkg/body.ts";
export type { KnitPkg } from "./knitpkg/knitpkg.ts";
export { LOCAL, type Login } from "./knitpkg/login.ts";
export { MOONBIT, moduleId, type ResolvedModule } from "./knitpkg/moonbit.ts";
export { changeOrganization, organizationMembers } from "./knitpkg/operator.ts";
export type { Registered } from "./knitpkg/register.ts";
export {
  type ProjectQuery,
  type SearchHit,
  SORT_FIELDS,
  wordsQuery,
} from "./knitpkg/search.ts";
export type { Identity } from "./knitpkg/sessions.ts";
export type { Visitor } from "./knitpkg/visitor.ts";
export {
  type MirrorOptions,
  type MirrorSummary,
  mirror,
  recompute,
  sync,
} from "./mirroring/mirror.ts";
export { type Pulled, type Pushed, pullIndex, pushIndex } from "./mirroring/remote.ts";
export { forget } from "./mirroring/selection.ts";
export { openRegistry, type Registry } from "./open.ts";
export { layOutPortable } from "./portable.ts";
export {
  type Publications,
  prepareUpload,
  publishLocally,
  yankLocally,
} from "./publishing/publications.ts";
export type { Publication, PublishOptions } from "./publishing/publish.ts";
export type { Yanked } from "./publishing/yank.ts";
export { isKeptPrivate } from "./serving/follow-config.ts";
export type { Job, JobKind, Jobs, ToldEvent } from "./serving/jobs.ts";
export type { Measures } from "./serving/measures.ts";
export type { PlainFile, PlainIndex } from "./serving/plain-index.ts";
export { type ServedRegistry, serveRegistry } from "./serving/serve.ts";
export { hasClientConfig, planClient, setUpClient, undoClient } from "./setup-client.ts";
export { exportStatic } from "./static-export.ts";
export { createToken, listTokens, revokeToken } from "./tokens.ts";
export { type GcSummary, gc } from "./upkeep/gc.ts";
export { type Status, status } from "./upkeep/status.ts";
export { type VerifySummary, verify } from "./upkeep/verify.ts";
export { conflicts } from "./views/conflicts.ts";
export type { ListingChange } from "./views/views.ts";
