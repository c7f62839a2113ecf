/**
 * How often archives were given to clients. Counted in memory and written in batches, so that no request
 * waits for a disk; what a crash loses is lost.
 */
import { Failure, messageOf } from "../../errors.ts";
import { readingState, SERVER_PATIENCE_MS, withState } from "../state.ts";

export interface Downloads {
  /** One more, of a version that is listed. */
  count(module: string, version: string): void;
  /** Of all versions of a module, so far. */
  of(module: string): number;
  total(): number;
  /** Writes what was counted. Returns what went wrong, if anything did: it is tried again. */
  flush(): string | undefined;
  close(): void;
}

/** How long a count may be in memory alone, in milliseconds. */
const WRITE_MS = 30_000;

/**
 * @param path of the `state.db`; made by the first download that is counted
 * @param options.readOnly count in memory only
 * @param options.warn told when what was counted cannot be read
 */
export function openDownloads(
  path: string,
  options: { readonly readOnly: boolean; readonly warn?: (message: string) => void } = {
    readOnly: false,
  },
): Downloads {
  const { warn = () => {} } = options;
  /** Since the last write, by module and version. */
  let pending = new Map<string, Map<string, number>>();
  let pendingTotal = 0;
  /** What is written, read when it is first asked for and after each write. */
  let written: Written | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const known = () => {
    written ??= load(path, warn);
    return written;
  };

  const flush = (): string | undefined => {
    clearTimeout(timer);
    timer = undefined;
    if (options.readOnly || pending.size === 0) return undefined;
    const counts = [...pending].flatMap(([module, versions]) =>
      [...versions].map(([version, count]) => ({ module, version, count })),
    );
    try {
      withState(path, (state) => state.addDownloads(counts, new Date()), SERVER_PATIENCE_MS);
    } catch (error) {
      // A medium that cannot be written, or a writer that takes long: there are better times.
      return messageOf(error);
    }
    pending = new Map();
    pendingTotal = 0;
    written = undefined;
    return undefined;
  };

  return {
    count(module, version) {
      const versions = pending.get(module) ?? new Map<string, number>();
      versions.set(version, (versions.get(version) ?? 0) + 1);
      pending.set(module, versions);
      pendingTotal++;
      // A server that stops still ends the requests under way.
      if (closed) flush();
      else timer ??= setTimeout(flush, WRITE_MS).unref();
    },
    of: (module) => (known().modules.get(module) ?? 0) + sum(pending.get(module)?.values() ?? []),
    total: () => known().total + pendingTotal,
    flush,
    close() {
      closed = true;
      flush();
    },
  };
}

interface Written {
  readonly modules: ReadonlyMap<string, number>;
  readonly total: number;
}

/** Nothing when they cannot be read: no page and no answer is to fail for the sake of a number. */
function load(path: string, warn: (message: string) => void): Written {
  const modules = readCounts(path, warn);
  return { modules, total: sum(modules.values()) };
}

function readCounts(path: string, warn: (message: string) => void): ReadonlyMap<string, number> {
  try {
    return readingState(path, (state) => state?.downloads() ?? new Map(), SERVER_PATIENCE_MS);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    warn(`downloads: ${error.message}`);
    return new Map();
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) total += each;
  return total;
}
