/** The configuration as it is now, for a server that outlives changes to it. */
import { statSync } from "node:fs";
import { type Config, loadConfig } from "../../config/mod.ts";
import { Failure } from "../../errors.ts";
import { lookEvery } from "../../files/mod.ts";

/** How long a change may go unseen, in milliseconds. */
const UNSEEN_MS = 50;

export interface FollowedConfig {
  /** As it was a moment ago: for what every request asks. */
  readonly lately: () => Config;
  /** As it is: for what has to go with an index that has just changed. */
  readonly now: () => Config;
}

/**
 * Each call looks whether the file has changed. One that cannot be understood is reported once, and
 * the last good configuration stays in force: a slip of an editor must not stop a server.
 */
export function followConfig(config: Config, warn: (message: string) => void): FollowedConfig {
  let current = config;
  let seen = stamp(config.file);
  const now = (): Config => {
    const found = stamp(config.file);
    if (found === seen) return current;
    seen = found;
    try {
      current = heldPrivate(loadNow(config.file), current, warn);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      warn(`${error.message}; going on with the settings from before`);
    }
    return current;
  };
  return { now, lately: lookEvery(UNSEEN_MS, now) };
}

function loadNow(file: string): Config {
  const found = loadConfig(file);
  if (statSync(file).size > 0) return found;
  throw new Failure("config", `${file} is empty`);
}

/** A file is short for a moment, or for good, when it was not written to its end: that opens no private registry. */
function heldPrivate(found: Config, before: Config, warn: (message: string) => void): Config {
  const { server } = found;
  if (!before.server.requireReadToken || server.requireReadToken || server.saysWhoReads) {
    return found;
  }
  warn(
    `${found.file} does not say server.require_read_token any more; reading goes on to take a token: false would open it`,
  );
  return { ...found, server: { ...server, requireReadToken: true } };
}

function stamp(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
}
