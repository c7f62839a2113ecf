/** The HTTP face of a registry. */
export type { AccessLine } from "./access-log.ts";
export { type AppOptions, createApp } from "./app.ts";
export { type RunningServer, type ServeOptions, startServer } from "./listen.ts";
