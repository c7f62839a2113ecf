/** The command line: arguments and rendering, no logic of its own. */
export { endWith, watchOutput } from "./lost-output.ts";
export { run } from "./run.ts";
