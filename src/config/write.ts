/** Writes `registry.toml` so that a crash leaves the old text or the new one, never a part. */
import { statSync } from "node:fs";
import { Failure, messageOf } from "../errors.ts";
import { asDiskFailure, giveLike, permitLike, writeDurablySync } from "../files/mod.ts";
import { realFile } from "./real-file.ts";

/**
 * The file keeps its owner and its permissions, and a link keeps being one.
 *
 * @throws {Failure} "io", with the file left as it was
 */
export function writeConfig(file: string, text: string): void {
  try {
    const target = realFile(file);
    const former = statSync(target);
    // Nobody else may read it before it has its permissions: it can hold secrets.
    writeDurablySync(target, text, 0o600, (handle) => {
      giveLike(handle, former);
      permitLike(handle, former);
    });
  } catch (error) {
    const told = asDiskFailure(error, `cannot write ${file}`);
    if (told instanceof Failure) throw told;
    const hint = "check its directory";
    throw new Failure("io", `cannot write ${file}: ${messageOf(error)}`, hint, { cause: error });
  }
}
