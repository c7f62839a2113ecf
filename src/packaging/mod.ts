/** Modules as files: their manifests, their archives, and what may be published. */
export { type ModuleDirectory, openDirectory, packModule } from "./directory.ts";
export { MANIFEST_FILES, MAX_MANIFEST, type Manifest, parseManifest } from "./manifest.ts";
export { impossibleHere } from "./path.ts";
export { failureOf, LEAVE_OUT, type Problem, shown, WHOLE } from "./problem.ts";
export { holdsExactly, unpack } from "./unpack.ts";
export { type KnownModules, validateAgainst, validateContents } from "./validate.ts";
export { inspectZip, type ModuleZip, openZip, ZIP_LIMITS, type ZippedFile } from "./zip.ts";
