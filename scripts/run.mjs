/**
 * Runs a task of package.json on a machine that has only Node.js and npm: installs what the lock
 * file names if it is not there, then hands over to the Bun among it.
 *
 *     npm run demo|test|build|bench|soak [-- arguments]  →  node scripts/run.mjs TASK …  →  bun FILE …
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunBinary } from "./bun-binary.mjs";
import { ensureInstalled } from "./install.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = 18;

/** @type {Record<string, string>} */
const TASKS = {
  demo: "demo/demo.ts",
  test: "scripts/test.ts",
  build: "build.ts",
  bench: "bench/bench.ts",
  soak: "soak/soak.ts",
};

/** @param {string[]} words the task and its arguments */
async function main([task = "", ...args]) {
  const file = TASKS[task];
  if (!file) return refuse(`usage: npm run ${Object.keys(TASKS).join("|")}`, 2);
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    return refuse(`Node.js ${OLDEST_NODE} or newer is needed; this is ${process.versions.node}`, 1);
  }
  if (!existsSync(join(ROOT, file))) return refuse(`npm run ${task}: there is no ${file}`, 1);
  const problem = await ensureInstalled(ROOT);
  if (problem) return refuse(problem, 1);
  const bun = bunBinary(ROOT);
  if (!bun) return refuse(`Bun has no build for ${process.platform} ${process.arch}`, 1);
  return await run(bun, [join(ROOT, file), ...args]);
}

/**
 * Runs a program in this terminal.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} its exit code, or 128 + N when signal N ended it
 */
function run(program, args) {
  const child = spawn(program, args, { cwd: ROOT, stdio: "inherit" });
  // A terminal sends Ctrl-C to the child as well; a second one would end it without a clean-up.
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY) child.kill("SIGINT");
  });
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(refuse(`cannot run ${program}: ${error.message}`, 1)));
    child.on("exit", (code, signal) => {
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
    });
  });
}

/**
 * @param {string} message
 * @param {number} code
 */
function refuse(message, code) {
  console.error(message);
  return code;
}

process.exitCode = await main(process.argv.slice(2));
