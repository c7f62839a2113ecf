/** What a server's operator sees and does. */
import { statfs } from "node:fs/promises";
import type { Config } from "../../config/mod.ts";
import type { Registry } from "../open.ts";
import { type Day, readingState } from "../state.ts";
import { createCounts, type Status, status } from "../upkeep/status.ts";
import { createJobs, type Jobs } from "./jobs.ts";

/** A month and a half: what fits on the page. */
const MOST_DAYS = 45;

export interface Operate {
  status(): Promise<Status>;
  /** Bytes that the data may still take; undefined where the system does not tell. */
  free(): Promise<number | undefined>;
  /** What the last days came to, the oldest first. */
  days(): readonly Day[];
  readonly jobs: Jobs;
  /** Why nothing can be fetched; undefined: it can. */
  readonly idle: string | undefined;
}

export interface OperateOptions {
  readonly registry: Registry;
  readonly config: () => Config;
  readonly isOffline: () => boolean;
  readonly onSuccess: () => void;
}

export function operateRegistry(options: OperateOptions): Operate {
  const { registry, config, isOffline } = options;
  const counts = createCounts(registry.objects);
  return {
    status: () => status({ ...registry, config: config() }, counts),
    async free() {
      try {
        const { bavail, bsize } = await statfs(registry.paths.root);
        return bavail * bsize;
      } catch {
        return undefined;
      }
    },
    days: () =>
      readingState(
        registry.paths.state,
        (state) => state?.days(MOST_DAYS) ?? [],
        registry.stateWaitMs,
      ),
    jobs: createJobs(options),
    get idle() {
      if (registry.readOnly) {
        return "This registry is read-only: it fetches nothing and takes no changes.";
      }
      return isOffline() ? "This server is offline: it opens no connection." : undefined;
    },
  };
}
