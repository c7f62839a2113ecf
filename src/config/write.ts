/**
 * Writes `registry.toml` so that a crash leaves the old text or the new one, never a part:
 * `registry.toml.tmp-PID` beside it, fsync, rename.
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { Failure, systemCode } from "../errors.ts";
import { realFile } from "./real-file.ts";

/**
 * The file keeps its permissions, and a link keeps being one.
 *
 * @throws {Failure} "io", with the file left as it was
 */
export function writeConfig(file: string, text: string): void {
  let temporary: string | undefined;
  try {
    const target = realFile(file);
    const { mode } = statSync(target);
    temporary = `${target}.tmp-${process.pid}`;
    // Nobody else may read it before it has its permissions: it can hold secrets.
    const handle = openSync(temporary, "w", 0o600);
    try {
      writeFileSync(handle, text);
      setMode(handle, mode & 0o777);
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

/** What file systems without permissions, such as FAT, say when one is to be set. */
const NO_MODES = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);

function setMode(handle: number, mode: number): void {
  try {
    fchmodSync(handle, mode);
  } catch (error) {
    if (!NO_MODES.has(systemCode(error) ?? "")) throw error;
  }
}
