/** The command line: arguments and rendering, no logic of its own. */
export { run } from "./run.ts";
