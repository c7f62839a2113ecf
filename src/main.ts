/** Entry of the executable. */
import { run } from "./cli/mod.ts";

// Whoever read us has enough, as in `… | head`: nothing is left to do or to say.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`error: cannot write output: ${error.code ?? error.message}\n`);
    process.exit(1);
  });
}

run(process.argv.slice(2)).then((code) => {
  // Not before everything is written, and not later for the sake of an idle connection.
  process.stdout.write("", () => process.exit(code));
});
