/** What an operator's monitoring wants to know of a served registry, but for its requests. */
import { type ObjectReader, type Oid, readRef } from "../git/mod.ts";
import { openSnapshot } from "../index/mod.ts";
import type { Registry } from "./open.ts";
import { ALL_VIEW, STORED_VIEW } from "./paths.ts";
import type { PullWatch } from "./pull.ts";
import { type AutoSyncState, readState, type SourceSync } from "./state.ts";

export interface Measures {
  readonly listed: ViewSize;
  readonly stored: ViewSize;
  /** Since the server began, by source. */
  readonly pulls: ReadonlyMap<string, PullCount>;
  /** As the last sync left it, also one of another process. */
  readonly sources: readonly SourceSync[];
  readonly autoSync: AutoSyncState | undefined;
  readonly downloads: number;
}

export interface ViewSize {
  readonly modules: number;
  readonly versions: number;
}

export interface PullCount {
  readonly archives: number;
  readonly bytes: number;
  readonly failures: number;
}

export interface Meter extends PullWatch {
  read(downloads: number): Promise<Measures>;
}

export function createMeter({ paths, objects }: Registry): Meter {
  const pulls = new Map<string, PullCount>();
  const measureView = createViewMeasure(objects);
  const add = (source: string, archives: number, bytes: number, failures: number) => {
    const before = pulls.get(source) ?? { archives: 0, bytes: 0, failures: 0 };
    pulls.set(source, {
      archives: before.archives + archives,
      bytes: before.bytes + bytes,
      failures: before.failures + failures,
    });
  };
  return {
    pulled: (source, bytes) => add(source, 1, bytes, 0),
    failed: (source) => add(source, 0, 0, 1),
    async read(downloads) {
      const state = readState(paths.state);
      const sources = state?.syncs() ?? [];
      const autoSync = state?.autoSync();
      state?.close();
      const listed = await measureView(readRef(paths.index, ALL_VIEW));
      const stored = await measureView(readRef(paths.index, STORED_VIEW));
      return { listed, stored, pulls, sources, autoSync, downloads };
    },
  };
}

/** After so many files others get their turn: a big index must not hold up requests. */
const FILES_AT_ONCE = 200;

/**
 * Counts a view's modules and versions. Files are counted once, and those that no view has any more are
 * forgotten with the next commit.
 */
function createViewMeasure(objects: ObjectReader) {
  const sizes = new Map<Oid, ViewSize>();
  let lines = new Map<Oid, number>();
  return async (tip: Oid | undefined): Promise<ViewSize> => {
    if (tip === undefined) return { modules: 0, versions: 0 };
    const known = sizes.get(tip);
    if (known) return known;
    const modules = openSnapshot(objects, tip).modules();
    const counted = new Map<Oid, number>();
    let versions = 0;
    let left = FILES_AT_ONCE;
    for (const blob of modules.values()) {
      const count = lines.get(blob) ?? countLines(objects.read(blob).data);
      counted.set(blob, count);
      versions += count;
      if (--left > 0) continue;
      left = FILES_AT_ONCE;
      await new Promise(setImmediate);
    }
    if (sizes.size >= 2) {
      sizes.clear();
      lines = new Map();
    }
    for (const [blob, count] of counted) lines.set(blob, count);
    const size = { modules: modules.size, versions };
    sizes.set(tip, size);
    return size;
  };
}

const NEWLINE = 0x0a;

/** Lines that hold something: a view has one a version. */
function countLines(data: Uint8Array): number {
  let count = 0;
  for (let start = 0; start < data.length; ) {
    const found = data.indexOf(NEWLINE, start);
    const end = found < 0 ? data.length : found;
    if (end > start) count++;
    start = end + 1;
  }
  return count;
}
