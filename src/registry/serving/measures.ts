/** What an operator's monitoring wants to know of a served registry, but for its requests. */

import { readRef } from "../../git/mod.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { type AutoSyncState, readingState, type SourceSync } from "../state.ts";
import { createViewMeasure, type ViewSize } from "../views/view-size.ts";
import type { PullWatch } from "./pull.ts";

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

export interface PullCount {
  readonly archives: number;
  readonly bytes: number;
  readonly failures: number;
}

export interface Meter extends PullWatch {
  read(downloads: number): Promise<Measures>;
}

export function createMeter({ paths, objects, stateWaitMs }: Registry): Meter {
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
      const { sources, autoSync } = readingState(
        paths.state,
        (state) => ({ sources: state?.syncs() ?? [], autoSync: state?.autoSync() }),
        stateWaitMs,
      );
      const listed = await measureListed(readRef(paths.index, ALL_VIEW));
      const stored = await measureStored(readRef(paths.index, STORED_VIEW));
      return { listed, stored, pulls, sources, autoSync, downloads };
    },
  };
}
