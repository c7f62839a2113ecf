/** Modules as files: their manifests, their archives, and what may be published. */
export { type ModuleDirectory, openDirectory, packModule } from "./directory.ts";
export {
  MANIFEST_FILES,
  MAX_MANIFEST,
  type Manifest,
  type ManifestDependency,
  type ManifestFile,
  manifestDependencies,
  parseManifest,
} from "./manifest.ts";
export { isSemver, nameProblem, twinOf } from "./name.ts";
export { failureOf, type Problem, problemText, shown, WHOLE } from "./problem.ts";
export { holdsExactly, unpack } from "./unpack.ts";
export {
  type Contents,
  type KnownModules,
  type Verdict,
  validateAgainst,
  validateContents,
} from "./validate.ts";
export {
  type Inspected,
  inspectZip,
  type ModuleZip,
  openZip,
  ZIP_LIMITS,
  type ZipLimits,
  type ZippedFile,
} from "./zip.ts";
