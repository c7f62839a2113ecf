/** What an operator's monitoring wants to know of a served registry, but for its requests. */

import { gently } from "../breath.ts";
import { MissingObjectError, type ObjectReader, type Oid, readRef } from "../git/mod.ts";
import { changedModules } from "../index/mod.ts";
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
  const [measureListed, measureStored] = [createViewMeasure(objects), createViewMeasure(objects)];
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
      const listed = await measureListed(readRef(paths.index, ALL_VIEW));
      const stored = await measureStored(readRef(paths.index, STORED_VIEW));
      return { listed, stored, pulls, sources, autoSync, downloads };
    },
  };
}

/** Counts a view's modules and versions: all once, and then what each commit has changed of them. */
function createViewMeasure(objects: ObjectReader) {
  let known: { readonly tree: Oid; readonly size: ViewSize } | undefined;
  const linesOf = (blob: Oid | undefined) =>
    blob === undefined ? 0 : countLines(objects.read(blob).data);
  const count = async (tree: Oid, from: typeof known): Promise<ViewSize> => {
    let { modules, versions } = from?.size ?? { modules: 0, versions: 0 };
    const changes = changedModules(objects, from?.tree, tree).values();
    for await (const { before, after } of gently(changes)) {
      modules += Number(after !== undefined) - Number(before !== undefined);
      versions += linesOf(after) - linesOf(before);
    }
    return { modules, versions };
  };
  return async (tip: Oid | undefined): Promise<ViewSize> => {
    if (tip === undefined) return { modules: 0, versions: 0 };
    const { tree } = objects.commit(tip);
    if (known?.tree === tree) return known.size;
    const size = await count(tree, known).catch((error: unknown) => {
      // The former tree may have been collected since.
      if (known && error instanceof MissingObjectError) return count(tree, undefined);
      throw error;
    });
    known = { tree, size };
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
