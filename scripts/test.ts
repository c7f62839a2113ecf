/**
 * Everything that must hold before a commit, in the order of what fails fastest: types, lint and
 * format, the executable, the tests. Stops at the first that does not.
 *
 *     npm test [-- tests/git …]      arguments go to `bun test`
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCounts, summaryLine } from "./junit.ts";
import { ensureKp } from "./kp.ts";
import { HOST_FILE } from "./targets.ts";

const ROOT = join(import.meta.dir, "..");
const BUN = process.execPath;

/** Biome colours each letter of a diff, also into a pipe. */
const COLORS = process.stdout.isTTY ? "force" : "off";

/** For one test. Most take milliseconds; a busy machine may still be slow. */
const TIMEOUT_MS = 30_000;

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: "types", command: [BUN, "node_modules/typescript/bin/tsc", "--noEmit"] },
  {
    name: "lint and format",
    command: [BUN, "node_modules/@biomejs/biome/bin/biome", "ci", `--colors=${COLORS}`, "."],
  },
  { name: "build", command: [BUN, "build.ts"] },
];

let running: Bun.Subprocess | undefined;

/** Runs a step in this terminal. Gives its exit code. */
async function run({ name, command }: Step, env: Record<string, string> = {}): Promise<number> {
  console.log(`\n── ${name}`);
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "inherit", "inherit"],
  });
  running = child;
  const code = await child.exited;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${name}: ${code === 0 ? "ok" : `failed with exit code ${code}`}, ${seconds} s`);
  return code;
}

async function main(args: readonly string[]): Promise<number> {
  for (const step of STEPS) {
    const code = await run(step);
    if (code !== 0) return code;
  }
  // The rest does without it, and so do runs of a part that never asks for it.
  const { kp = "", problem } = wantsKp(args) ? await ensureKp(ROOT) : {};
  if (problem !== undefined) console.log(`\n── without kp, as ${problem}`);
  const scratch = mkdtempSync(join(tmpdir(), "moonbit-registry-test-"));
  try {
    const report = join(scratch, "junit.xml");
    const reporter = ["--reporter=junit", `--reporter-outfile=${report}`];
    const command = [BUN, "test", `--timeout=${TIMEOUT_MS}`, ...reporter, ...args];
    const code = await run(
      { name: "tests", command },
      { MOONBIT_REGISTRY_BIN: join(ROOT, "dist", HOST_FILE), MOONBIT_REGISTRY_TEST_KP: kp },
    );
    const counts = await readCounts(report);
    console.log(`\n${summaryLine(counts, code)}`);
    return code;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Whether the tests that drive KnitPkg's client are among those that will run. */
function wantsKp(args: readonly string[]): boolean {
  const paths = args.filter((arg) => !arg.startsWith("-"));
  return paths.length === 0 || paths.some((path) => /^tests\/?$|tests\/e2e|kp/.test(path));
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // The step that runs ends, and by its exit code all of it.
  process.on(signal, () => running?.kill(signal));
}
process.exitCode = await main(process.argv.slice(2));
