/** Modules as files: their manifests, their archives, and what may be published. */
export {
  MANIFEST_FILES,
  MAX_MANIFEST,
  type Manifest,
  type ManifestDependency,
  type ManifestFile,
  manifestDependencies,
  parseManifest,
} from "./manifest.ts";
export { failureOf, type Problem, problemText, shown } from "./problem.ts";
export {
  type Inspected,
  inspectZip,
  type ModuleZip,
  openZip,
  ZIP_LIMITS,
  type ZipLimits,
  type ZippedFile,
} from "./zip.ts";
