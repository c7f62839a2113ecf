/**
 * Where a registry keeps what it has.
 *
 *     registry.toml
 *     data/
 *       index/          bare Git repository
 *       packages/       archives by hash
 *       bundles/        which bundles were made or taken in; see bundles/ledger.ts
 *       quarantine/     bytes that were not what their name said
 *       published.json  where the branches stood that nobody else has; see own-branches.ts
 *       symbols.json    which archive is symbols.zip; see assets/symbols.ts
 *       assets.json     which archives are prebuilt programs; see assets/asset-map.ts
 *       views.json      what the served views were made of; see views/view-record.ts
 *       state.db        what was mirrored, when each source was last seen, tokens, downloads
 *       audit.log       who did what; older ones beside it, see accounts/audit.ts
 *       private         empty; there while reading takes a token
 *       fetching        held by who brings things here; fetching.json says who that is
 *       lock            held by who moves refs; lock.json says who that is
 */
import { join } from "node:path";

export interface DataPaths {
  readonly root: string;
  readonly index: string;
  readonly packages: string;
  readonly bundles: string;
  readonly quarantine: string;
  readonly published: string;
  readonly symbols: string;
  readonly assets: string;
  readonly views: string;
  readonly state: string;
  readonly audit: string;
  readonly private: string;
  /** See `writing.ts`. */
  readonly fetching: string;
  readonly lock: string;
}

export function dataPaths(dataDir: string): DataPaths {
  return {
    root: dataDir,
    index: join(dataDir, "index"),
    packages: join(dataDir, "packages"),
    bundles: join(dataDir, "bundles"),
    quarantine: join(dataDir, "quarantine"),
    published: join(dataDir, "published.json"),
    symbols: join(dataDir, "symbols.json"),
    assets: join(dataDir, "assets.json"),
    views: join(dataDir, "views.json"),
    state: join(dataDir, "state.db"),
    audit: join(dataDir, "audit.log"),
    private: join(dataDir, "private"),
    fetching: join(dataDir, "fetching"),
    lock: join(dataDir, "lock"),
  };
}

/** What was published here: laid out as any source's index. */
export const PUBLISHED = "refs/heads/published";
/** What that is called where sources are named; no source may have this name. */
export const PUBLISHED_ORIGIN = "published";
/** Metadata of KnitPkg projects; see `projects/path.ts`. */
export const KNITPKG = "refs/heads/knitpkg";
/** What every enabled source offers: for a server that may fetch what it lacks. */
export const ALL_VIEW = "refs/heads/main";
/** Only versions whose archive is in the store: for a server that may not. */
export const STORED_VIEW = "refs/heads/stored";
