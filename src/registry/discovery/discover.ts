/**
 * What people and programs ask about the modules that are served: lists, versions, dependents, search,
 * ranges. Worked out when it is first asked for, kept for as long as the branch stands, and brought up
 * to date by what a new commit changed.
 */
import { Failure } from "../../errors.ts";
import { type IndexLine, parseModuleFile, type Snapshot } from "../../index/mod.ts";
import { createLru } from "../../lru.ts";
import { newestFirst, parseRange, selectVersion } from "../../resolve/mod.ts";
import {
  candidateOf,
  latestLine,
  type ModuleRecord,
  type Records,
  readRecords,
  recordOf,
} from "./module-records.ts";
import {
  createSearchIndex,
  type SearchIndex,
  type SearchPage,
  type SearchQuery,
  searchPage,
} from "./search-index.ts";

export interface Discovery {
  /** Of the branch; an ETag for all that it says. */
  readonly commit: string;
  /** Every module that stands, by name. */
  readonly modules: readonly ModuleRecord[];
  /** Undefined for one that is not here. */
  module(name: string): ModuleRecord | undefined;
  /** Newest first; none when there is no such module. */
  versions(name: string): readonly IndexLine[];
  version(name: string, version: string): IndexLine | undefined;
  /** Modules whose latest version needs this one, by name. */
  dependents(name: string): readonly Dependent[];
  /** An owner's modules by name, those that were yanked whole too. */
  ownedBy(owner: string): readonly ModuleRecord[];
  readonly statistics: Statistics;
  /** Those with the newest versions, the newest first. */
  recent(count: number): readonly ModuleRecord[];
  /** Those that came last, the last first. */
  newest(count: number): readonly ModuleRecord[];
  /** Those that most others need. */
  popular(count: number): readonly ModuleRecord[];
  search(query: SearchQuery): Promise<SearchPage>;
  /**
   * @param range without one, the latest version
   * @throws {Failure} "not-found" for a module or a version that is not here, "invalid" for a range
   *   that cannot be understood
   */
  resolve(module: string, range?: string): IndexLine;
}

export interface Dependent {
  readonly module: string;
  /** Its latest version, which needs it. */
  readonly version: string;
  /** The version that it asks for. */
  readonly requires: string;
}

export interface Statistics {
  readonly modules: number;
  readonly versions: number;
  readonly owners: number;
}

/** Pages of search results kept: what is typed first is the same for all, and working it out takes long. */
const MOST_PAGES = 1_000;
/** Characters of a query whose results are kept. */
const MAX_KEY = 500;

/** The discovery of the commit that is served at that moment. */
export type FollowDiscovery = () => Promise<Discovery>;

/**
 * Reads nothing before the first call. Calls that come together share the work.
 *
 * @param readBlob a module's file
 */
export function followDiscovery(
  snapshot: () => Snapshot | undefined,
  readBlob: (blob: string) => Buffer,
): FollowDiscovery {
  let current: { commit: string; discovery: Promise<Discovery> } | undefined;
  let records: Records = new Map();
  const index = followSearchIndex();

  const read = async (at: Snapshot): Promise<Discovery> => {
    records = await readRecords(at.modules(), records, (module, blob) =>
      parseModuleFile(module, readBlob(blob)),
    );
    return createDiscovery(at, records, index);
  };
  return () => {
    const at = snapshot() ?? EMPTY;
    if (current?.commit === at.commit) return current.discovery;
    // One after the other, so that each can build on what the one before has read.
    const before = current?.discovery.catch(() => {}) ?? Promise.resolve();
    const discovery = before.then(() => read(at));
    const mine = { commit: at.commit, discovery };
    current = mine;
    // What failed is tried again by the next who asks.
    discovery.catch(() => {
      if (current === mine) current = undefined;
    });
    return discovery;
  };
}

const EMPTY: Snapshot = {
  commit: "0".repeat(40),
  module: () => undefined,
  version: () => undefined,
  modules: () => new Map(),
};

/** One index for all commits: it is brought up to date when somebody searches. */
function followSearchIndex(): (records: ReadonlyMap<string, ModuleRecord>) => Promise<SearchIndex> {
  let seen: ReadonlyMap<string, ModuleRecord> | undefined;
  let ready: Promise<SearchIndex> | undefined;
  return (records) => {
    if (ready && seen === records) return ready;
    seen = records;
    const before = ready?.catch(() => undefined) ?? Promise.resolve(undefined);
    ready = before.then(async (known) => {
      const index = known ?? (await createSearchIndex());
      await index.update(records);
      return index;
    });
    // What failed is tried again by the next who searches.
    ready.catch(() => {
      if (seen === records) seen = undefined;
    });
    return ready;
  };
}

function createDiscovery(
  at: Snapshot,
  records: Records,
  index: (records: ReadonlyMap<string, ModuleRecord>) => Promise<SearchIndex>,
): Discovery {
  const all = [...records.values()].map(({ record }) => record).sort(byName);
  const modules = all.filter(({ yanked }) => !yanked);
  const listed = new Map(modules.map((record) => [record.module, record]));
  const dependents = once(() => dependentsOf(modules));
  const owners = once(() => new Set(modules.map(({ owner }) => owner)).size);
  const count = (module: string) => dependents().get(module)?.length ?? 0;
  const newestBy = (time: (record: ModuleRecord) => number | undefined) =>
    once(() => [...modules].sort((a, b) => (time(b) ?? 0) - (time(a) ?? 0)));
  const recent = newestBy(({ lastAt }) => lastAt);
  const newest = newestBy(({ firstAt }) => firstAt);
  const popular = once(() => [...modules].sort((a, b) => count(b.module) - count(a.module)));
  const pages = createLru<string, SearchPage>(MOST_PAGES, () => 1);
  const versions = (name: string) =>
    [...(at.module(name)?.lines ?? [])].sort((a, b) => newestFirst(a.entry, b.entry));

  return {
    commit: at.commit,
    modules,
    module: (name) => records.get(name)?.record,
    versions,
    version: (name, version) => at.version(name, version),
    dependents: (name) => dependents().get(name) ?? [],
    ownedBy: (owner) => all.filter((record) => record.owner === owner),
    statistics: {
      modules: modules.length,
      versions: modules.reduce((sum, record) => sum + record.versions, 0),
      get owners() {
        return owners();
      },
    },
    recent: (most) => recent().slice(0, most),
    newest: (most) => newest().slice(0, most),
    popular: (most) => popular().slice(0, most),
    async search(query) {
      const key = JSON.stringify(query);
      const known = pages.get(key);
      if (known) return known;
      const ready = query.text.trim() === "" ? undefined : await index(listed);
      // Each ten times as many dependents are worth half as much again.
      const weigh = (module: string) => 1 + Math.log10(1 + count(module)) / 2;
      const page = searchPage(query, listed, (text) => ready?.find(text, weigh) ?? [], count);
      // A text as long as a book is asked for once.
      return key.length > MAX_KEY ? page : pages.set(key, page);
    },
    resolve: (module, range) => resolveIn(at, module, range),
  };
}

/** As `Discovery.resolve`, for who needs nothing else of it. */
export function resolveIn(at: Snapshot, module: string, range: string | undefined): IndexLine {
  const wanted = range === undefined ? undefined : parseRange(range);
  const lines = at.module(module)?.lines;
  if (!lines) throw noModule(module);
  const chosen = wanted ? selectVersion(wanted, lines.map(candidateOf))?.line : latestLine(lines);
  if (chosen) return chosen;
  const isGone = lines.every(({ entry }) => entry.yanked !== undefined);
  const hint = isGone
    ? "every version was yanked; an exact version can still be had"
    : `the latest is ${recordOf(module, lines)?.latest}; \`info ${module}\` lists them all`;
  const what = wanted ? `matches ${wanted.text}` : "stands";
  throw new Failure("not-found", `no version of ${module} ${what}`, hint);
}

/** What to throw for a module that is not there: "not-found", with where to look. */
export function noModule(module: string): Failure {
  const hint = module.includes("/")
    ? "`search` finds names; a `sync` of the registry brings what is new"
    : "a module's name is OWNER/NAME";
  return new Failure("not-found", `there is no module ${JSON.stringify(module)}`, hint);
}

function dependentsOf(modules: readonly ModuleRecord[]): ReadonlyMap<string, readonly Dependent[]> {
  const found = new Map<string, Dependent[]>();
  for (const { module, latest, dependencies } of modules) {
    for (const wish of dependencies) {
      const dependent = { module, version: latest, requires: wish.version };
      const known = found.get(wish.module);
      if (!known) found.set(wish.module, [dependent]);
      // A module may need another to run and to build: that is one dependent.
      else if (known.at(-1)?.module !== module) known.push(dependent);
    }
  }
  return found;
}

const byName = (a: ModuleRecord, b: ModuleRecord) => (a.module < b.module ? -1 : 1);

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
