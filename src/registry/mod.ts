/** The operations on a registry. They report events and never print. */

export { parseScope, type Scope, type TokenInfo } from "../accounts/mod.ts";
export type { BundleHead } from "../bundles/mod.ts";
export type { Access } from "./access.ts";
export { conflicts } from "./conflicts.ts";
export {
  type Dependent,
  type Discovery,
  type FollowDiscovery,
  noModule,
  type Statistics,
} from "./discover.ts";
export type { Downloads } from "./downloads.ts";
export type { Event, FailureReason, ProblemKind, Report } from "./events.ts";
export { type ExportOptions, type ExportSummary, exportBundle } from "./export.ts";
export { type GcOptions, type GcSummary, gc } from "./gc.ts";
export { type GetOptions, type GetSummary, getModules } from "./get.ts";
export { type ImportOptions, type ImportSummary, importBundle, listBundle } from "./import.ts";
export { initRegistry } from "./init.ts";
export { isProgress, type Job, type JobKind, type Jobs, type ProgressEvent } from "./jobs.ts";
export { makeKey } from "./keys.ts";
export { createKnitPkg, type KnitPkg } from "./knitpkg.ts";
export { parseInstalls } from "./knitpkg-body.ts";
export { LOCAL, type Login } from "./knitpkg-login.ts";
export { MOONBIT, moduleId, type ResolvedModule } from "./knitpkg-moonbit.ts";
export {
  changeOrganization,
  type OrganizationMembers,
  organizationMembers,
} from "./knitpkg-operator.ts";
export type { Registered } from "./knitpkg-register.ts";
export { parseSearch, type SearchHit } from "./knitpkg-search.ts";
export type { Identity } from "./knitpkg-sessions.ts";
export type { Visitor } from "./knitpkg-visitor.ts";
export type { Measures } from "./measures.ts";
export {
  type MirrorOptions,
  type MirrorSummary,
  mirror,
  recompute,
  type SyncSummary,
  sync,
} from "./mirror.ts";
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
} from "./module-info.ts";
export type { ModuleRecord } from "./module-records.ts";
export { type ModuleTree, moduleTree, type TreeModule, unmetText } from "./module-tree.ts";
export { openRegistry, type Registry } from "./open.ts";
export type { Operate } from "./operate.ts";
export type { PlainFile, PlainIndex } from "./plain-index.ts";
export { EVERYTHING } from "./plan.ts";
export { layOutPortable, type PortableLayout } from "./portable.ts";
export {
  type Publications,
  prepareUpload,
  publishLocally,
  type Upload,
  yankLocally,
} from "./publications.ts";
export type { Publication, PublishOptions } from "./publish.ts";
export type { IncomingBody } from "./pull.ts";
export { type Pulled, type Pushed, pullIndex, pushIndex } from "./remote.ts";
export {
  MAX_LIMIT,
  SEARCH_SORTS,
  type SearchPage,
  type SearchQuery,
  type SearchSort,
} from "./search-index.ts";
export { forget } from "./selection.ts";
export { type ServedRegistry, serveRegistry } from "./serve.ts";
export {
  type ClientForm,
  type ClientSettings,
  type ClientSetup,
  clientSettings,
  hasClientConfig,
  setUpClient,
  undoClient,
} from "./setup-client.ts";
export { openShelf, type Shelf } from "./shelf.ts";
export type { Day } from "./state.ts";
export { exportStatic, type StaticExportSummary } from "./static-export.ts";
export { type Status, status } from "./status.ts";
export { createToken, listTokens, localUser, revokeToken, type TokenOptions } from "./tokens.ts";
export { type VerifyOptions, type VerifySummary, verify } from "./verify.ts";
export type { ListingChange } from "./views.ts";
export type { Yanked } from "./yank.ts";
