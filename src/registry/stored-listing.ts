/**
 * Lists in the stored view what a server fetched on demand, a moment after it came: together, as each
 * change is a commit, and by itself, so that what was fetched once is there for `--offline` without
 * another `sync`.
 */
import { Failure, messageOf } from "../errors.ts";
import { withLock } from "./lock.ts";
import type { Registry } from "./open.ts";
import { listStored } from "./views.ts";

/** After the first archive that is not listed yet. */
const WAIT_MS = 1_000;
/** When another process writes. What it writes is no mirror, perhaps, so it is done again here. */
const BUSY_MS = 5_000;

export interface StoredListing {
  /** An archive of this module was stored. */
  add(module: string): void;
  /** Lists what is left. */
  close(): Promise<void>;
}

export function createStoredListing(
  registry: Registry,
  warn: (message: string) => void,
): StoredListing {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();

  const list = async (): Promise<void> => {
    timer = undefined;
    const modules = [...waiting];
    waiting.clear();
    try {
      await withLock(registry.paths.lock, "serve", () => listStored(registry, modules));
    } catch (error) {
      for (const module of modules) waiting.add(module);
      if (error instanceof Failure && error.code === "busy") return schedule(BUSY_MS);
      // They are stored and served all the same, and the next sync lists them.
      waiting.clear();
      warn(`what was fetched on demand is not listed as stored: ${messageOf(error)}`);
    }
  };
  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => {
      running = list();
    }, ms);
  };

  return {
    add(module) {
      waiting.add(module);
      schedule(WAIT_MS);
    },
    async close() {
      await running;
      clearTimeout(timer);
      if (waiting.size > 0) await list();
      clearTimeout(timer);
    },
  };
}
