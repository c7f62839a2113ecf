/** Finds the registry that a command works on. */
import { statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Failure, systemCode } from "../errors.ts";
import { shellWord } from "../shell-word.ts";

export const CONFIG_NAME = "registry.toml";

/**
 * The absolute path of the `registry.toml` to use: in `dirOption` when given, else in the nearest
 * directory upwards from `cwd`, else beside the executable or above the `dist/` that it lies in (so
 * that a registry on a USB stick works from anywhere).
 *
 * @throws {Failure} "no-registry"
 */
export function findRegistry(dirOption: string | undefined, cwd: string, execPath: string): string {
  if (dirOption !== undefined) {
    const given = resolve(cwd, dirOption);
    const file = basename(given) === CONFIG_NAME ? given : join(given, CONFIG_NAME);
    if (isFile(file)) return file;
    const hint = `make one there: moonbit-registry init ${shellWord(dirOption)}`;
    throw new Failure("no-registry", `there is no ${CONFIG_NAME} in ${dirOption}`, hint);
  }
  for (const dir of [...upwards(resolve(cwd)), ...besideExecutable(execPath)]) {
    const file = join(dir, CONFIG_NAME);
    if (isFile(file)) return file;
  }
  throw new Failure(
    "no-registry",
    `there is no ${CONFIG_NAME} in ${cwd} or above it`,
    "run `moonbit-registry init DIR` or pass --dir",
  );
}

function besideExecutable(execPath: string): string[] {
  const dir = dirname(execPath);
  return basename(dir) === "dist" ? [dir, dirname(dir)] : [dir];
}

function* upwards(from: string): Generator<string> {
  for (let dir = from; ; dir = dirname(dir)) {
    yield dir;
    if (dir === dirname(dir)) return;
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    // A directory that cannot be looked into holds no registry that could be used.
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}
