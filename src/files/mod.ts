/** Writing files so that a crash leaves nothing half done. Knows nothing of what is written. */
export { syncDirectory, writeDurably } from "./durable.ts";
export { lookEvery } from "./look.ts";
export { syncAll } from "./sync-all.ts";
