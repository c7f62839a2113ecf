/** Entry of the executable. */
import { endWith, run, watchOutput } from "./cli/mod.ts";

watchOutput();
run(process.argv.slice(2)).then(endWith);
