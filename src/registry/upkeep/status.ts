/** What a registry has, for a person to look at. Reads everything, writes nothing. */

import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { storedSize } from "../../archives/mod.ts";
import { gently } from "../../breath.ts";
import { boundAddress, serverAddress } from "../../config/mod.ts";
import { type ObjectReader, readRef } from "../../git/mod.ts";
import { type LastBundle, lastBundle } from "../bundles/ledger.ts";
import { importedOrigins } from "../bundles/origins.ts";
import { type Holder, lockHolder } from "../lock.ts";
import type { Selection } from "../mirroring/plan.ts";
import { selectionsToSync } from "../mirroring/selection.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { type AutoSyncState, readingState } from "../state.ts";
import { currentOffer, type Offer } from "../views/offer.ts";
import { countHeld } from "../views/policy.ts";
import { REMOTE } from "../views/remote-origin.ts";
import { createViewMeasure, type ViewSize } from "../views/view-size.ts";

export interface Status {
  readonly name: string;
  readonly dir: string;
  readonly dataDir: string;
  /** Nothing may be written there: the medium forbids it, or whoever asks may not. */
  readonly readOnly: boolean;
  readonly sources: readonly {
    name: string;
    url: string;
    enabled: boolean;
    default: boolean;
    /** Modules that are this source's, and their versions. */
    modules: number;
    versions: number;
    /** ISO 8601, of the last refresh that worked. */
    lastSync: string | null;
    /** What went wrong in the last refresh. */
    lastError: string | null;
  }[];
  /** Sources that came with bundles, and are never asked. */
  readonly imported: readonly { name: string; index: string; modules: number; versions: number }[];
  /** What the shared index brought, and no other origin has. */
  readonly shared: ViewSize | null;
  /** The bundle that was made or taken in last. */
  readonly lastBundle: LastBundle | null;
  /** What a server with pull-through lists. */
  readonly listed: ViewSize;
  /** What is here: what an offline server lists. */
  readonly stored: ViewSize & { archives: number; bytes: number };
  /** Versions that the sources offer and the policy keeps from clients. */
  readonly held: { readonly blocked: number; readonly young: number };
  /** What `sync` keeps fresh: all that `mirror` was asked for, and `mirror.packages`. */
  readonly kept: readonly Selection[];
  /** Where `serve` is to be found. */
  readonly address: string;
  /** The host and port that it is bound to, such as `0.0.0.0:4841`. */
  readonly listening: string;
  /** What a server that syncs by itself said last; null when `mirror.auto_sync` is off, or none did. */
  readonly autoSync: AutoSyncState | null;
  readonly writer: Holder | null;
}

/** Counts for which all modules have to be read. */
export interface Counts {
  readonly listed: ReturnType<typeof createViewMeasure>;
  readonly stored: ReturnType<typeof createViewMeasure>;
  /** What is each origin's, by its name. */
  readonly owned: (offer: Offer) => Promise<ReadonlyMap<string, ViewSize>>;
}

/** They are remembered for as long as what they are of is the same, for who asks again and again. */
export function createCounts(objects: ObjectReader): Counts {
  let known:
    | (Pick<Offer, "inputs" | "views"> & { owned: ReadonlyMap<string, ViewSize> })
    | undefined;
  return {
    listed: createViewMeasure(objects),
    stored: createViewMeasure(objects),
    async owned({ catalog, inputs, views }) {
      if (known && isDeepStrictEqual([known.inputs, known.views], [inputs, views])) {
        return known.owned;
      }
      const owned = await countOwned(catalog);
      known = { inputs, views, owned };
      return owned;
    },
  };
}

async function countOwned(catalog: Offer["catalog"]): Promise<ReadonlyMap<string, ViewSize>> {
  const owned = new Map<string, ViewSize>();
  for await (const name of gently(catalog.keys())) {
    const module = catalog.get(name);
    if (!module) continue;
    const { origin, lines } = module;
    const count = owned.get(origin) ?? { modules: 0, versions: 0 };
    owned.set(origin, { modules: count.modules + 1, versions: count.versions + lines.length });
  }
  return owned;
}

/**
 * Counts what is here, and tells what was done last.
 *
 * @param counts of this registry, where they are kept
 * @throws {Failure} "integrity" or "io" when it cannot be read
 */
export async function status(
  registry: Registry,
  counts: Counts = createCounts(registry.objects),
): Promise<Status> {
  const { config, paths } = registry;
  const { syncs, kept, autoSync } = readingState(
    paths.state,
    (state) => ({
      syncs: new Map(state?.syncs().map((sync) => [sync.source, sync])),
      kept: selectionsToSync(config, state),
      autoSync: config.mirror.autoSync ? state?.autoSync() : undefined,
    }),
    registry.stateWaitMs,
  );
  const offer = await currentOffer(registry);
  const owned = await counts.owned(offer);
  const configured = new Set(config.sources.map(({ name }) => name));
  const imported = importedOrigins(paths).filter(({ name }) => !configured.has(name));
  const hashes = await registry.archives.list();
  const { archives, bytes } = await storedSize(registry.archives, hashes);
  return {
    name: config.registry.name,
    dir: dirname(config.file),
    dataDir: config.registry.dataDir,
    readOnly: registry.readOnly,
    sources: config.sources.map(({ name, url, enabled }) => ({
      name,
      url,
      enabled,
      default: name === config.defaultSource,
      ...(owned.get(name) ?? { modules: 0, versions: 0 }),
      lastSync: syncs.get(name)?.okAt ?? null,
      lastError: syncs.get(name)?.error ?? null,
    })),
    imported: imported.map(({ name, index }) => ({
      name,
      index,
      ...(owned.get(name) ?? { modules: 0, versions: 0 }),
    })),
    shared: owned.get(REMOTE) ?? null,
    lastBundle: lastBundle(registry) ?? null,
    listed: await counts.listed(readRef(paths.index, ALL_VIEW)),
    stored: {
      ...(await counts.stored(readRef(paths.index, STORED_VIEW))),
      archives,
      bytes,
    },
    held: countHeld(offer.held),
    kept,
    address: serverAddress(config.server),
    listening: boundAddress(config.server),
    autoSync: autoSync ?? null,
    writer: lockHolder(paths.fetching) ?? lockHolder(paths.lock) ?? null,
  };
}
