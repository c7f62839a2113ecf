/**
 * Where a registry keeps what it has.
 *
 *     registry.toml
 *     data/
 *       index/      bare Git repository
 *       packages/   archives by hash
 *       state.db    what was mirrored, when each source was last seen, tokens
 *       published.json   see own-branches.ts
 *       audit.log   who did what
 *       private     empty; there while reading takes a token
 *       fetching    held by who brings things here; fetching.json says who that is
 *       lock        held by who moves refs; lock.json says who that is
 *       bundles/    which bundles were made or taken in
 *       quarantine/ bytes that were not what their name said
 */
import { join } from "node:path";

export interface DataPaths {
  readonly root: string;
  readonly index: string;
  readonly packages: string;
  readonly state: string;
  readonly audit: string;
  readonly private: string;
  /** See `writing.ts`. */
  readonly fetching: string;
  readonly lock: string;
  readonly quarantine: string;
  readonly bundles: string;
}

export function dataPaths(dataDir: string): DataPaths {
  return {
    root: dataDir,
    index: join(dataDir, "index"),
    packages: join(dataDir, "packages"),
    state: join(dataDir, "state.db"),
    audit: join(dataDir, "audit.log"),
    private: join(dataDir, "private"),
    fetching: join(dataDir, "fetching"),
    lock: join(dataDir, "lock"),
    quarantine: join(dataDir, "quarantine"),
    bundles: join(dataDir, "bundles"),
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
