/**
 * Speed, beside what one would use instead, in the same run and on the same bytes.
 *
 *     npm run bench [-- NAME…] [--json] [--write]
 *
 * `--json` prints every figure rather than the table; `--write` also writes both of them, to
 * bench/RESULTS.md and bench/RESULTS.json. `sh bench/setup.sh` installs what is measured beside.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary } from "../tests/support/binary.ts";
import { realIndexBundle } from "../tests/support/git.ts";
import { removeTempDirectories } from "../tests/support/temp.ts";
import { benchApi } from "./api.ts";
import { benchArchive } from "./archive.ts";
import { benchClone } from "./clone.ts";
import { benchClonePost } from "./clone-post.ts";
import { benchGrowth } from "./growth.ts";
import { benchHistory } from "./history.ts";
import { describeMachine, type Machine, machineLines } from "./machine.ts";
import { removeMemoryDirectories } from "./memory.ts";
import { benchMirror } from "./mirror.ts";
import { stopAll } from "./processes.ts";
import { benchPull } from "./pull.ts";
import { data, table } from "./report.ts";
import { benchResolve } from "./resolve.ts";
import type { Result } from "./result.ts";
import { benchSearch } from "./search.ts";
import { benchStart } from "./start.ts";
import { benchSync } from "./sync.ts";
import { benchVerify } from "./verify.ts";
import { createWorld, type World } from "./world.ts";

const BENCHES: Readonly<Record<string, (world: World) => Promise<Result[]>>> = {
  start: benchStart,
  "clone-post": benchClonePost,
  archive: benchArchive,
  resolve: benchResolve,
  clone: benchClone,
  pull: benchPull,
  history: benchHistory,
  mirror: benchMirror,
  sync: benchSync,
  verify: benchVerify,
  api: benchApi,
  search: benchSearch,
  growth: benchGrowth,
};

const FLAGS = ["--json", "--write"];

async function main(args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => !FLAGS.includes(arg));
  const unknown = wanted.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    const names = Object.keys(BENCHES).join(", ");
    console.error(`there is no benchmark ${unknown}; there are: ${names}; options: ${FLAGS}`);
    return 2;
  }
  if (realIndexBundle === undefined) {
    console.error("skipped: no copy of the public index (MOONBIT_REGISTRY_TEST_INDEX names one)");
    return 0;
  }
  const machine = describeMachine(tmpdir());
  console.error(`measures ${binary()}; \`npm run build\` makes it anew`);
  const results = await measure(wanted.length > 0 ? wanted : Object.keys(BENCHES));
  const rows = table(results);
  const json = JSON.stringify({ machine, results: data(results) }, null, 2);
  console.log(args.includes("--json") ? json : rows);
  if (args.includes("--write")) await write(machine, rows, json);
  return 0;
}

async function measure(names: readonly string[]): Promise<Result[]> {
  console.error("world …");
  const world = await createWorld();
  const results: Result[] = [];
  for (const name of names) {
    const started = performance.now();
    console.error(`${name} …`);
    results.push(...(await BENCHES[name]!(world)));
    console.error(`${name}: took ${((performance.now() - started) / 1_000).toFixed(0)} s`);
  }
  return results;
}

async function write(machine: Machine, rows: string, json: string): Promise<void> {
  const text = [
    "# Results",
    "",
    "Made by `npm run bench -- --write`. Each round measures every side, one after the other. On a busy",
    "machine only the ratios mean something, and those with a wide spread little. Every figure is in",
    "[RESULTS.json](RESULTS.json).",
    "",
    ...machineLines(machine),
    "",
    rows,
    "",
  ].join("\n");
  await Bun.write(join(import.meta.dir, "RESULTS.md"), text);
  await Bun.write(join(import.meta.dir, "RESULTS.json"), `${json}\n`);
}

async function cleanUp(): Promise<void> {
  await stopAll();
  removeTempDirectories();
  removeMemoryDirectories();
}

process.once("SIGINT", () => void cleanUp().then(() => process.exit(130)));
process.once("SIGTERM", () => void cleanUp().then(() => process.exit(143)));

try {
  process.exitCode = await main(process.argv.slice(2));
} finally {
  await cleanUp();
}
