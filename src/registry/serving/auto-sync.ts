/**
 * Syncs on a timer inside a server, when `mirror.auto_sync` says so. Settings are read anew before each
 * turn, so that it can be switched on and off while the server runs.
 */
import type { Config } from "../../config/mod.ts";
import { pause } from "../../download/mod.ts";
import { Failure, hasCode, messageOf } from "../../errors.ts";
import { sync } from "../mirroring/mirror.ts";
import type { Registry } from "../open.ts";
import { type AutoSyncState, withState } from "../state.ts";

export interface AutoSync {
  /** Undefined while it is switched off. */
  state(): AutoSyncState | undefined;
  /** Breaks a turn off and waits for its end. */
  stop(): Promise<void>;
}

export interface AutoSyncOptions {
  readonly registry: Registry;
  /** The settings of now. */
  readonly config: () => Config;
  readonly warn: (message: string) => void;
  /** Called after a turn in which every source answered. */
  readonly onSuccess: () => void;
  /** From 0 to 1; for tests. */
  readonly random?: () => number;
}

/** After a failure the next turn comes sooner than usual, and later with each further failure. */
const FIRST_RETRY_MS = 30_000;
/** Of the interval, so that servers which were started together do not ask together. */
const JITTER = 0.1;
/** How often to look whether the settings have changed. */
const LOOK_MS = 1_000;

/** How long to wait after so many failures in a row, in milliseconds. */
export function delayAfter(failures: number, intervalMs: number, random: () => number): number {
  const retry = FIRST_RETRY_MS * 2 ** (failures - 1);
  const base = failures === 0 ? intervalMs : Math.min(intervalMs, retry);
  return base * (1 + JITTER * (2 * random() - 1));
}

/** How a turn ended, and when by both clocks: one for people, and one that nobody sets. */
interface Ended {
  readonly at: number;
  readonly since: number;
  /** From 0 to 1. */
  readonly luck: number;
  readonly failures: number;
}

/** Begins at once, with a turn if it is switched on. */
export function startAutoSync(options: AutoSyncOptions): AutoSync {
  const { registry, config, random = Math.random } = options;
  const stopping = new AbortController();
  let state: AutoSyncState = { last: null, error: null, failures: 0, next: null };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (!config().mirror.autoSync) {
        await pause(LOOK_MS, stopping.signal);
        continue;
      }
      const error = await turn({ ...registry, config: config() }, options, stopping.signal);
      if (error === undefined) options.onSuccess();
      const failures = error === undefined ? 0 : state.failures + 1;
      const ended = { at: Date.now(), since: performance.now(), luck: random(), failures };
      const last = new Date(ended.at).toISOString();
      state = { last, error: error ?? null, failures, next: null };
      await waitForNext(ended);
    }
  };

  /** By the settings of the moment: a shorter interval is not waited for as long as the one before. */
  const waitForNext = async ({ at, since, luck, failures }: Ended): Promise<void> => {
    for (let known: number | undefined; !stopping.signal.aborted; ) {
      const { autoSync, syncInterval } = config().mirror;
      if (!autoSync) return;
      const delay = delayAfter(failures, syncInterval, () => luck);
      if (delay !== known) {
        known = delay;
        state = { ...state, next: new Date(at + delay).toISOString() };
        record(registry, state, options.warn);
      }
      const left = since + delay - performance.now();
      if (left <= 0) return;
      await pause(Math.min(left, LOOK_MS), stopping.signal);
    }
  };
  // Nobody waits for it before the server stops: what nobody catches would end the whole server.
  const running = run().catch((error: unknown) => {
    state = { ...state, error: messageOf(error), next: null };
    options.warn(`sync: it has ended, until the server starts again: ${messageOf(error)}`);
  });

  return {
    state: () => (config().mirror.autoSync ? state : undefined),
    async stop() {
      stopping.abort(new Failure("interrupted", "the server stops"));
      await running;
    },
  };
}

/** For `status`, which is another process. */
function record(
  { paths, stateWaitMs }: Registry,
  state: AutoSyncState,
  warn: (message: string) => void,
): void {
  try {
    withState(paths.state, (file) => file.recordAutoSync(state), stateWaitMs);
  } catch (error) {
    warn(`sync: its state cannot be written: ${messageOf(error)}`);
  }
}

/** Returns what went wrong, if anything did. */
async function turn(
  registry: Registry,
  { warn }: AutoSyncOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { failed, sources } = await sync(registry, { signal }, (event) => {
      if (event.type === "warning") warn(`sync: ${event.message}`);
    });
    const broken = sources.find(({ outcome }) => outcome === "failed");
    if (broken) return broken.message;
    return failed > 0 ? `${failed} archives could not be fetched` : undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    // Another process is at it: that is as good as a turn of our own.
    if (hasCode(error, "busy")) return undefined;
    // Even a mistake of ours must not end the server: it is told of, and the next turn may do better.
    warn(`sync: ${messageOf(error)}`);
    return messageOf(error);
  }
}
