/** The configuration as it is now, for a server that outlives changes to it. */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type Config, loadConfig } from "../../config/mod.ts";
import { Failure, messageOf, systemCode } from "../../errors.ts";
import { lookEvery } from "../../files/mod.ts";
import type { Registry } from "../open.ts";
import { dataPaths } from "../paths.ts";

/** How long a change may go unseen, in milliseconds. */
const UNSEEN_MS = 50;

export interface FollowedConfig {
  /** As it was a moment ago: for what every request asks. */
  readonly lately: () => Config;
  /** As it is: for what has to go with an index that has just changed. */
  readonly now: () => Config;
}

/**
 * Each call looks whether the file has changed. One that cannot be understood, or cannot be read, is reported
 * once, and the last good configuration stays in force: neither a slip of an editor nor a medium that is away
 * for a moment may stop a server.
 */
export function followConfig(registry: Registry, warn: (message: string) => void): FollowedConfig {
  const { file } = registry.config;
  let current = keptPrivate(registry, registry.config, false, warn);
  let seen = stamp(file);
  let told: string | undefined;
  const now = (): Config => {
    let found = "";
    try {
      found = stamp(file);
      if (found !== seen) {
        current = keptPrivate(registry, loadNow(file), current.server.requireReadToken, warn);
        seen = found;
      }
      told = undefined;
    } catch (error) {
      if (!(error instanceof Failure) && systemCode(error) === undefined) throw error;
      const message = messageOf(error);
      if (message !== told) warn(`${message}; going on with the settings from before`);
      told = message;
      // Its text stays wrong until it changes; what could not be read may be there the next time, unchanged.
      if (error instanceof Failure && error.code === "config") seen = found;
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

/**
 * Settings are short for a moment, or after a crash for good, when they were not written to their end. That opens
 * no private registry: one is open again when its settings say so themselves.
 *
 * @param wasPrivate until now, in this process: the disk that has the note of it may be away
 */
function keptPrivate(
  { paths, readOnly }: Registry,
  config: Config,
  wasPrivate: boolean,
  warn: (message: string) => void,
): Config {
  const { file, server } = config;
  if (server.requireReadToken || server.saysWhoReads) {
    if (!readOnly) note(paths.private, server.requireReadToken, warn);
    return config;
  }
  if (!wasPrivate && !isKeptPrivate(config)) return config;
  warn(
    `${file} does not say server.require_read_token any more; reading goes on to take a token: false would open it`,
  );
  return { ...config, server: { ...server, requireReadToken: true } };
}

/** Whether reading takes a token though the settings say nothing of it: because they did before. */
export function isKeptPrivate({ server, registry }: Config): boolean {
  return !server.saysWhoReads && existsSync(dataPaths(registry.dataDir).private);
}

/** A disk that takes no note of it stops no server. */
function note(path: string, isPrivate: boolean, warn: (message: string) => void): void {
  try {
    if (!isPrivate) rmSync(path, { force: true });
    else if (!existsSync(path)) writeFileSync(path, "");
  } catch (error) {
    warn(`cannot write ${path}: ${messageOf(error)}`);
  }
}

function stamp(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
}
