/**
 * Finds Bun below node_modules. Its npm package has an install script that moves the right binary
 * into place; npm may be set not to run those, and `npm run` here never does:
 *
 *     node_modules/@oven/bun-linux-x64/bin/bun    where npm puts it
 *     node_modules/bun/bin/bun.exe                where the script moves it, on every platform;
 *                                                 before, a few lines that say so
 */
import { statSync } from "node:fs";
import { join } from "node:path";

/** Far below the size of any binary, in bytes, and far above that of the lines in its place. */
const LEAST_SIZE = 100_000;

/** @type {Record<string, string>} */
const ARCHES = { x64: "x64", arm64: "aarch64" };

/**
 * @param {string} root the project's directory
 * @param {{ platform: string, arch: string, musl: boolean }} [machine]
 * @returns {string | undefined} the binary's path, or undefined when there is none for this machine
 */
export function bunBinary(root, machine = thisMachine()) {
  const windows = machine.platform === "win32";
  const os = windows ? "windows" : machine.platform;
  const libc = machine.musl ? "-musl" : "";
  const name = `bun-${os}-${ARCHES[machine.arch]}${libc}`;
  const modules = join(root, "node_modules");
  const places = [
    join(modules, "@oven", name, "bin", windows ? "bun.exe" : "bun"),
    join(modules, "bun", "bin", "bun.exe"),
  ];
  return places.find((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LEAST_SIZE);
}

function thisMachine() {
  const { platform, arch } = process;
  return { platform, arch, musl: platform === "linux" && !usesGlibc() };
}

/** Node tells the version of the C library that it runs on only when that is glibc. */
function usesGlibc() {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (
    process.report.getReport()
  );
  return header.glibcVersionRuntime !== undefined;
}
