/** The index: entries, the overlay of many origins, and the views that clients are shown. */
export { type Change, commitChange, commitTo, saysBranch } from "./commit.ts";
export {
  type Dependency,
  type Entry,
  encodeModuleFile,
  type IndexLine,
  type ModuleFile,
  parseModuleFile,
} from "./entry.ts";
export { type Metadata, parseMetadata, readFields } from "./metadata.ts";
export { type Modules, mapModules, type OwnerTest, openModules } from "./modules.ts";
export { type Origin, type Owned, overlay, type Shadowed, shadowed } from "./overlay.ts";
export { isModuleName, modulePath, splitModule } from "./path.ts";
export { followBranch, openSnapshot, type Snapshot } from "./snapshot.ts";
export {
  changedModules,
  editIndexTree,
  type ModuleChange,
  readIndexTree,
  writeIndexTree,
} from "./tree.ts";
export { type Catalog, type CatalogModule, readModule, writeModule } from "./view.ts";
