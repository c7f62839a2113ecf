/**
 * Makes node_modules what package-lock.json says. npm writes what it installed to
 * node_modules/.package-lock.json when it is done, so an install that was cut short shows.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs `npm ci` unless everything is there. No install script is run: nothing here needs one.
 *
 * @param {string} root the project's directory
 * @returns {Promise<string | undefined>} what to tell the user when it failed
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return undefined;
  const started = Date.now();
  process.stderr.write("Installing dependencies… ");
  const { code, output } = await npm(root, ["ci", "--ignore-scripts"]);
  if (code !== 0) {
    process.stderr.write("failed\n");
    return explain(output);
  }
  process.stderr.write(`done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  return undefined;
}

/**
 * Whether node_modules has what package-lock.json names, less what other platforms need.
 *
 * @param {string} root the project's directory
 */
export function isInstalled(root) {
  const installed = packages(join(root, "node_modules", ".package-lock.json"));
  const wanted = packages(join(root, "package-lock.json"));
  if (!installed || !wanted) return false;
  const complete = Object.entries(wanted).every(([path, { version, optional }]) => {
    return path === "" || optional || installed[path]?.version === version;
  });
  const current = Object.entries(installed).every(([path, { version }]) => {
    return wanted[path]?.version === version && existsSync(join(root, path));
  });
  return complete && current;
}

/**
 * The packages of a lock file, by their folder.
 *
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }> | undefined}
 */
function packages(file) {
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>} what it said, however it ended
 */
function npm(root, args) {
  // Set by `npm run`; started this way it needs no shell, on Windows neither.
  const cli = process.env.npm_execpath;
  const child = cli?.endsWith("npm-cli.js")
    ? spawn(process.execPath, [cli, ...args], { cwd: root })
    : spawn("npm", args, { cwd: root, shell: process.platform === "win32" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: `npm error ${error.message}` }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

const LINES_SHOWN = 6;

/**
 * npm's own words, as few as tell the cause, and what to do.
 *
 * @param {string} output all that npm said
 */
export function explain(output) {
  const lines = output
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trimEnd())
    .filter((line, at, all) => line !== "" && line !== all[at - 1])
    .filter((line) => !/^npm (warn|notice)|complete log of this run|^\s+at /i.test(line));
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/.test(output);
  const next = offline
    ? "npm cannot reach its registry: check the network and npm's proxy settings, then try again"
    : "run `npm ci --ignore-scripts` to see all of it";
  return [...lines.slice(0, LINES_SHOWN), next].join("\n");
}
