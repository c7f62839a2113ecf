/** Changes `registry.toml` as one step: read, edit, check the whole, write. */
import { parseConfig, readConfig } from "./load.ts";
import type { Config } from "./schema.ts";
import { writeConfig } from "./write.ts";

/**
 * Nothing is written when the file is broken before, or would be after, the edit, and nothing when
 * the edit changes nothing.
 *
 * @throws {Failure} "config" or "io"
 */
export function changeConfig(file: string, edit: (text: string, config: Config) => string): Config {
  const text = readConfig(file);
  const changed = edit(text, parseConfig(text, file));
  const config = parseConfig(changed, file);
  if (changed !== text) writeConfig(file, changed);
  return config;
}
