/** Writing files so that a crash leaves nothing half done, and what disks refuse. Knows nothing of what is written. */
export { copyDurably } from "./copy.ts";
export { asDatabaseFailure, tellingOf } from "./database.ts";
export {
  isTemporary,
  temporaryIn,
  writeDurably,
  writeDurablySync,
} from "./durable.ts";
export { takeExclusive } from "./exclusive.ts";
export { entriesOf, readIfThere } from "./if-there.ts";
export { lookEachTurn, lookEvery } from "./look.ts";
export { giveLike, makeLikeDirectory, ownerShutOut, permitLike, userName } from "./owner.ts";
export { isAlive } from "./process.ts";
export { replace, replaceSame, replaceSync } from "./replace.ts";
export { sha256Of } from "./sha256.ts";
export { syncAll } from "./sync-all.ts";
export { syncNames } from "./sync-names.ts";
export { COMMAND_PATIENCE_MS, openTables, type Tables } from "./tables.ts";
export { asDiskFailure, DISK_FULL, diskTrouble } from "./trouble.ts";
export { isWritable } from "./writable.ts";
