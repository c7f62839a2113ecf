/** The HTTP face of a registry. */
export type { AccessLine } from "./access-log.ts";
export { startServer } from "./listen.ts";
