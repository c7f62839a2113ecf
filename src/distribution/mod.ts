/** The program as something to hand on: executables for each machine, and their installers. */
export {
  checksums,
  type Executable,
  type Executables,
  openExecutables,
  readSums,
} from "./executables.ts";
export { installerScript } from "./installer.ts";
export { LAUNCHERS } from "./launchers.ts";
export { EXECUTABLES, ownExecutable, SUMS } from "./targets.ts";
