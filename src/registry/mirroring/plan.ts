/** Which versions a mirror needs: what was asked for, and what that depends on. Pure. */
import picomatch from "picomatch";
import { maxSatisfying, valid, validRange } from "semver";
import type { Catalog, CatalogModule, Entry, OwnerTest } from "../../index/mod.ts";
import { latestFirst, leastMeeting } from "../../resolve/mod.ts";
import { REMOTE } from "../views/remote-origin.ts";

/** What to mirror. */
export interface Selection {
  /** Globs over `owner/name`. */
  readonly patterns: readonly string[];
  /** Only modules of this source, and of the shared index; undefined: of any. */
  readonly source?: string;
  /** Only what matches, without what it depends on. */
  readonly strict?: boolean;
  /** Their prebuilt programs too. */
  readonly assets?: boolean;
  /** Only the latest so many versions of each module: releases first, and yanked ones last. */
  readonly latest?: number;
  /** Only versions published at or after this time, in milliseconds since the epoch. */
  readonly since?: number;
}

export interface Plan {
  /** Each version once, dependencies after what needs them. */
  readonly entries: readonly Entry[];
  /** Patterns that match no module. */
  readonly unmatched: readonly string[];
  /** Dependencies that no source has. */
  readonly unmet: readonly UnmetDependency[];
  /** Whose modules they are. */
  readonly origins: ReadonlySet<string>;
}

export interface UnmetDependency {
  readonly module: string;
  readonly version: string;
  /** One of those that need it, as `module@version`. */
  readonly neededBy: string;
}

/** Patterns that ask for everything: `*` alone stops at a slash. */
export const EVERYTHING = "**";

/**
 * What some selections come to, with all that it needs. Fetches nothing.
 *
 * @param from what the sources offer, each module from the one that owns it
 */
export function planMirror(from: Catalog, selections: readonly Selection[]): Plan {
  const catalog = keeping(from);
  const chosen = new Map<string, Entry>();
  const unmatched = new Set<string>();
  const roots: Entry[] = [];
  for (const selection of selections) {
    const { entries, unused } = select(catalog, selection);
    for (const pattern of unused) unmatched.add(pattern);
    for (const entry of entries) {
      chosen.set(key(entry), entry);
      if (!selection.strict) roots.push(entry);
    }
  }
  const unmet = addDependencies(catalog, chosen, roots);
  const entries = [...chosen.values()];
  const origins = new Set(entries.map(({ module }) => catalog.get(module)!.origin));
  return { entries, unmatched: [...unmatched], unmet, origins };
}

/** Dependencies lead to the same modules over and over. */
function keeping(catalog: Catalog): Catalog {
  const kept = new Map<string, CatalogModule | undefined>();
  return {
    get(module) {
      if (!kept.has(module)) kept.set(module, catalog.get(module));
      return kept.get(module);
    },
    keys: (mayOwn) => catalog.keys(mayOwn),
  };
}

const key = ({ module, version }: { module: string; version: string }) => `${module}@${version}`;

function select(catalog: Catalog, selection: Selection): { entries: Entry[]; unused: string[] } {
  const tests = selection.patterns.map((pattern) => ({
    pattern,
    matches: picomatch(pattern, { dot: true }),
    used: false,
  }));
  const entries: Entry[] = [];
  for (const module of catalog.keys(ownersOf(selection.patterns))) {
    const hits = tests.filter(({ matches }) => matches(module));
    const file = hits.length > 0 ? catalog.get(module) : undefined;
    if (!file) continue;
    const { origin, lines } = file;
    if (selection.source !== undefined && origin !== selection.source && origin !== REMOTE) {
      continue;
    }
    for (const hit of hits) hit.used = true;
    entries.push(
      ...narrow(
        lines.map(({ entry }) => entry),
        selection,
      ),
    );
  }
  return { entries, unused: tests.filter(({ used }) => !used).map(({ pattern }) => pattern) };
}

/** Whose modules some patterns can match; undefined: anybody's. */
function ownersOf(patterns: readonly string[]): OwnerTest | undefined {
  const owners = new Set(patterns.map((pattern) => PLAIN_OWNER.exec(pattern)?.[1]));
  return owners.has(undefined) ? undefined : (owner) => owners.has(owner);
}

/** Without anything that a glob could mean otherwise. */
const PLAIN_OWNER = /^([\p{L}\p{N}_-]+)\//u;

function narrow(entries: readonly Entry[], { latest, since }: Selection): readonly Entry[] {
  const recent =
    since === undefined ? entries : entries.filter((entry) => (entry.createdAt ?? 0) >= since);
  if (latest === undefined) return recent;
  return recent
    .map((entry) => ({ entry, version: entry.version, yanked: entry.yanked !== undefined }))
    .sort(latestFirst)
    .slice(0, latest)
    .map(({ entry }) => entry);
}

/**
 * Follows dependencies to their end. Clients resolve by minimal version selection, which only ever
 * picks a version that some module names as its minimum: those are enough.
 */
function addDependencies(
  catalog: Catalog,
  chosen: Map<string, Entry>,
  roots: readonly Entry[],
): UnmetDependency[] {
  const unmet = new Map<string, UnmetDependency>();
  const queue = [...roots];
  const followed = new Set<string>();
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    if (followed.has(key(entry))) continue;
    followed.add(key(entry));
    for (const wish of entry.dependencies) {
      const found = minimum(catalog, wish.module, wish.version);
      if (found) {
        chosen.set(key(found), found);
        queue.push(found);
      } else if (!unmet.has(key(wish))) {
        unmet.set(key(wish), { ...wish, neededBy: key(entry) });
      }
    }
  }
  return [...unmet.values()];
}

/**
 * What clients take for a minimum. A few modules name a range where it belongs: the best match stands
 * in.
 */
function minimum(catalog: Catalog, module: string, wish: string): Entry | undefined {
  const lines = catalog.get(module)?.lines ?? [];
  const exact = lines.find(({ entry }) => entry.version === wish);
  if (exact) return exact.entry;
  const versions = lines.map(({ entry }) => entry.version);
  const taken =
    valid(wish) !== null
      ? leastMeeting(wish, versions)
      : validRange(wish) !== null
        ? maxSatisfying(versions, wish)
        : undefined;
  return lines.find(({ entry }) => entry.version === taken)?.entry;
}
