/**
 * Speed, beside what one would use instead, in the same run and on the same bytes.
 *
 *     npm run bench [-- mirror|clone|start …] [--write]     --write: also to bench/RESULTS.md
 */
import { cpus, release } from "node:os";
import { join } from "node:path";
import { VERSION } from "../src/version.ts";
import { binary } from "../tests/support/binary.ts";
import { realIndexBundle } from "../tests/support/git.ts";
import { removeTempDirectories } from "../tests/support/temp.ts";
import { benchClone } from "./clone.ts";
import { type Comparison, row } from "./compare.ts";
import { benchMirror } from "./mirror.ts";
import { benchStart } from "./start.ts";
import { createWorld, type World } from "./world.ts";

const BENCHES: Readonly<Record<string, (world: World) => Promise<Comparison[]>>> = {
  start: benchStart,
  clone: benchClone,
  mirror: benchMirror,
};

async function main(args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => arg !== "--write");
  const unknown = wanted.find((name) => !(name in BENCHES));
  if (unknown !== undefined) {
    console.error(
      `there is no benchmark ${unknown}; there are: ${Object.keys(BENCHES).join(", ")}`,
    );
    return 2;
  }
  if (realIndexBundle === undefined) {
    console.error(
      "skipped: the copy of the public index is not at hand (MOONBIT_REGISTRY_TEST_INDEX)",
    );
    return 0;
  }
  console.error(`measures ${binary()}; build it first with \`npm run build\``);
  const world = await createWorld();
  const rows: string[] = [];
  try {
    for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
      console.error(`${name} …`);
      for (const comparison of await BENCHES[name]!(world)) rows.push(row(comparison));
    }
  } finally {
    world.stop();
    removeTempDirectories();
  }
  const report = [
    "| what | this program | beside | ratio, median (least to most) | to reach |",
    "| --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
  console.log(report);
  if (args.includes("--write")) await write(report);
  return 0;
}

async function write(report: string): Promise<void> {
  const [cpu] = cpus();
  const machine = `${cpu?.model.trim()}, ${cpus().length} cores, ${process.platform} ${release()}`;
  const text = [
    "# Results",
    "",
    "Made by `npm run bench -- --write`. Each round measures both sides, one after the other; on a busy",
    "machine only the ratios mean something, and those with a wide spread little.",
    "",
    `- ${new Date().toISOString().slice(0, 10)}, moonbit-registry ${VERSION}, Bun ${Bun.version}`,
    `- ${machine}`,
    "",
    report,
    "",
  ].join("\n");
  await Bun.write(join(import.meta.dir, "RESULTS.md"), text);
}

process.exitCode = await main(process.argv.slice(2));
