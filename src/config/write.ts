/**
 * Writes `registry.toml` so that a crash leaves the old text or the new one, never a part:
 * `registry.toml.tmp-PID` beside it, fsync, rename.
 */
import {
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { Failure, systemCode } from "../errors.ts";
import { giveLike, permitLike } from "../files/mod.ts";
import { realFile } from "./real-file.ts";

/**
 * The file keeps its owner and its permissions, and a link keeps being one.
 *
 * @throws {Failure} "io", with the file left as it was
 */
export function writeConfig(file: string, text: string): void {
  let temporary: string | undefined;
  try {
    const target = realFile(file);
    const former = statSync(target);
    temporary = `${target}.tmp-${process.pid}`;
    // Nobody else may read it before it has its permissions: it can hold secrets.
    rmSync(temporary, { force: true });
    const handle = openSync(temporary, "wx", 0o600);
    try {
      writeFileSync(handle, text);
      giveLike(handle, former);
      permitLike(handle, former);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, target);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    const hint = "check permissions and free space of its directory";
    const message = `cannot write ${file}: ${systemCode(error) ?? String(error)}`;
    throw new Failure("io", message, hint, { cause: error });
  }
}
