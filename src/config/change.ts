/** Changes `registry.toml` as one step: read, edit, check the whole, write. One at a time does. */
import { accessSync, constants } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure, messageOf, systemCode } from "../errors.ts";
import { diskTrouble, takeExclusive } from "../files/mod.ts";
import { parseConfig, readConfig } from "./load.ts";
import { realFile } from "./real-file.ts";
import type { Config } from "./schema.ts";
import { writeConfig } from "./write.ts";

/** A change takes milliseconds; whoever is not through by then has been stopped. */
const PATIENCE_MS = 10_000;

/**
 * Nothing is written when the file is broken before, or would be after, the edit, and nothing when
 * the edit changes nothing.
 *
 * @param edit called again on what another process has written meanwhile
 * @throws {Failure} "config", "io" or "busy"
 */
export function changeConfig(file: string, edit: (text: string, config: Config) => string): Config {
  // What changes nothing, or cannot be done, also ends well where nothing can be written.
  const unlocked = edited(file, edit);
  if (!unlocked.isChanged) return unlocked.config;
  const release = lock(file);
  try {
    const { text, config, isChanged } = edited(file, edit);
    if (isChanged) writeConfig(file, text);
    return config;
  } finally {
    release();
  }
}

function edited(file: string, edit: (text: string, config: Config) => string) {
  const before = readConfig(file);
  const text = edit(before, parseConfig(before, file));
  return { text, config: parseConfig(text, file), isChanged: text !== before };
}

/**
 * The lock lies beside the file, where the new text is written too: the data directory may be elsewhere, not there
 * yet, or what is being changed. It stays there, empty: taking it away would let two hold one of that name.
 */
function lock(file: string): () => void {
  const target = realFile(file);
  const path = join(dirname(target), `.${basename(target)}.lock`);
  let release: (() => void) | undefined;
  try {
    // SQLite says less of what is wrong there.
    accessSync(dirname(target), constants.W_OK);
    release = takeExclusive(path, { waitMs: PATIENCE_MS });
  } catch (error) {
    const hint = diskTrouble(error)?.hint ?? `check the permissions of ${path}`;
    const what = systemCode(error)?.startsWith("SQLITE") ? `lock ${path}` : `change ${file}`;
    throw new Failure("io", `cannot ${what}: ${messageOf(error)}`, hint, { cause: error });
  }
  if (release) return release;
  throw new Failure(
    "busy",
    `${file} is being changed by another process`,
    "wait for it to end, then run the same again",
  );
}
