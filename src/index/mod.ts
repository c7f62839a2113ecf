/** The index: entries, the overlay of many origins, and the views that clients are shown. */
export { type Change, commitChange } from "./commit.ts";
export {
  type BadLine,
  type Dependency,
  type Entry,
  encodeModuleFile,
  type IndexLine,
  type ModuleFile,
  parseModuleFile,
} from "./entry.ts";
export { type Metadata, parseMetadata, readFields } from "./metadata.ts";
export { type Origin, type Overlay, type Owned, overlay, type Shadowed } from "./overlay.ts";
export { isModuleName, modulePath } from "./path.ts";
export { followBranch, openSnapshot, type Snapshot } from "./snapshot.ts";
export { readIndexTree, writeIndexTree } from "./tree.ts";
export { type Catalog, type CatalogModule, readCatalog, writeView } from "./view.ts";
