/**
 * All of it at once, for long, against the built executable: an upstream that changes and fails, a
 * server that is stopped and killed, clients, publications, upkeep. What was acknowledged has to be
 * there at the end, byte for byte.
 *
 *     npm run soak [-- --minutes N] [--seed N] [--steady]      default: 10 minutes, any seed
 *
 * Ctrl-C stops it early, with the same check. Exit code 1 when something was lost or wrong. A seed
 * makes everybody do the same things again; when each of them happens is the machine's. With
 * --steady the server is never ended: that shows whether its memory grows.
 */
import { removeTempDirectories, tempDirectory } from "../tests/support/temp.ts";
import { parseOptions, type SoakOptions, USAGE } from "./options.ts";
import { runSoak } from "./run.ts";

/** The first tell where to look; all of them stand above. */
const MOST_TOLD = 20;

const stopping = new AbortController();

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // Twice is meant.
    if (stopping.signal.aborted) process.exit(130);
    console.log(`${signal}: comes to an end`);
    stopping.abort();
  });
}
process.on("exit", removeTempDirectories);

async function soak({ minutes, seed, steady }: SoakOptions): Promise<number> {
  console.log(`soak of ${minutes} min with --seed ${seed}`);
  const durationMs = minutes * 60_000;
  const timer = setTimeout(() => stopping.abort(), durationMs);
  const plan = { root: tempDirectory("soak"), seed, steady, durationMs };
  const problems = await runSoak(plan, stopping, console.log).catch((error) => [String(error)]);
  clearTimeout(timer);
  const different = [...new Set(problems)];
  for (const problem of different.slice(0, MOST_TOLD)) console.log(`PROBLEM ${problem}`);
  console.log(problems.length === 0 ? "nothing was lost" : `${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

const options = parseOptions(process.argv.slice(2));
if (options === undefined) console.error(USAGE);
process.exitCode = options === undefined ? 2 : await soak(options);
// A program that does not end keeps nobody waiting: what it has to say was said.
process.exit();
