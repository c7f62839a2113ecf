/**
 * Search: ranked over name, keywords, description and owner. A name that is just what was typed comes
 * first, then names that begin with it; a typo or two are forgiven.
 */
import type MiniSearch from "minisearch";
import type { Options, SearchOptions } from "minisearch";
import type { ModuleRecord } from "./module-records.ts";

export interface SearchQuery {
  /** Empty: everything. */
  readonly text: string;
  readonly owner?: string;
  readonly keyword?: string;
  readonly license?: string;
  /** Default: by relevance; without a text by dependents. */
  readonly sort?: SearchSort;
  readonly offset?: number;
  /** Default: 20; at most 100. */
  readonly limit?: number;
}

export type SearchSort = "relevance" | "name" | "updated" | "dependents";
export const SEARCH_SORTS: readonly SearchSort[] = ["relevance", "name", "updated", "dependents"];

export interface SearchPage {
  /** Of all pages. */
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly results: readonly ModuleRecord[];
}

/** Finds modules by words, the best first. */
export type FindWords = (text: string) => string[];

/** What is searched: words of the record, and nothing of the module's code. */
interface Document {
  readonly id: string;
  readonly name: string;
  readonly owner: string;
  readonly keywords: string;
  readonly description: string;
}

/** Longer queries are cut: nobody types them, and each word costs. */
const MAX_TEXT = 200;
const MAX_WORDS = 8;
const MAX_DESCRIPTION = 1_000;
/** What a word may weigh by where it stands. */
const BOOST = { name: 6, keywords: 3, owner: 2, description: 1 };
export const MAX_LIMIT = 100;
const DEFAULT_LIMIT = 20;

const OPTIONS: Options<Document> = {
  fields: ["name", "owner", "keywords", "description"],
  tokenize: words,
  processTerm: (term) => term,
  autoVacuum: true,
};

/**
 * Words in small letters: `HTTP2Server` has "http2server", "http2" and "server". Han, kana and Hangul
 * are written without spaces, so every letter is a word.
 */
export function words(text: string): string[] {
  const found: string[] = [];
  for (const [run] of text.normalize("NFKC").matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    for (const [part, dense] of run.matchAll(DENSE)) {
      const lower = part.toLowerCase();
      found.push(lower);
      if (dense !== undefined) continue;
      const humps = part.match(/\p{Lu}+(?!\p{Ll})[\p{N}]*|\p{Lu}?[^\p{Lu}]+/gu) ?? [];
      if (humps.length > 1) found.push(...humps.map((hump) => hump.toLowerCase()));
    }
  }
  return found;
}

const DENSE =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}])|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;

/** An index that can follow the modules from commit to commit. */
export interface SearchIndex {
  /** Takes in what is new, drops what is gone. */
  update(records: ReadonlyMap<string, ModuleRecord>): Promise<void>;
  /** Ranked; `weigh` tells a module's standing, from 1. */
  find(text: string, weigh: (module: string) => number): string[];
}

/** How many modules to take in before others get a turn. */
const CHUNK = 200;

export async function createSearchIndex(): Promise<SearchIndex> {
  // Loaded when somebody searches: a server that nobody searches starts without it.
  const { default: Index } = await import("minisearch");
  const index: MiniSearch<Document> = new Index(OPTIONS);
  const indexed = new Map<string, ModuleRecord>();

  return {
    async update(records) {
      for (const [module, record] of indexed) {
        if (records.get(module) === record) continue;
        index.discard(module);
        indexed.delete(module);
      }
      const added = [...records.values()].filter(({ module }) => !indexed.has(module));
      for (const record of added) indexed.set(record.module, record);
      await index.addAllAsync(added.map(documentOf), { chunkSize: CHUNK });
    },
    find(text, weigh) {
      const terms = words(text.slice(0, MAX_TEXT)).slice(0, MAX_WORDS);
      const query = [...new Set(terms)].join(" ");
      const options: SearchOptions = {
        boost: BOOST,
        boostDocument: (id) => weigh(id as string),
        combineWith: "AND",
      };
      const search = (extra: SearchOptions) =>
        index.search(query, { ...options, ...extra }).map(({ id }) => id as string);
      // Each step looks at more; most queries end at the first.
      for (const step of STEPS) {
        const found = search(step);
        if (found.length > 0) return found;
      }
      return [];
    },
  };
}

/** One letter is no beginning of anything yet. */
const prefix = (term: string) => term.length > 1;
/** A typo in three letters, two in five: two letters the wrong way round count as two. */
const fuzzy = (term: string) => (term.length < 3 ? false : term.length < 5 ? 1 : 2);

const STEPS: readonly SearchOptions[] = [
  { prefix },
  { prefix, fuzzy },
  { prefix, fuzzy, combineWith: "OR" },
];

function documentOf({ module, owner, metadata }: ModuleRecord): Document {
  return {
    id: module,
    name: module.slice(owner.length + 1),
    owner,
    keywords: metadata.keywords.join(" "),
    description: (metadata.description ?? "").slice(0, MAX_DESCRIPTION),
  };
}

/** One page of what a query finds. */
export function searchPage(
  { text, owner, keyword, license, sort, offset = 0, limit = DEFAULT_LIMIT }: SearchQuery,
  records: ReadonlyMap<string, ModuleRecord>,
  find: FindWords,
  dependents: (module: string) => number,
): SearchPage {
  const wanted = text.trim();
  const found =
    wanted === ""
      ? [...records.values()]
      : namesFirst(wanted, find(wanted)).flatMap((module) => records.get(module) ?? []);
  const same = (a: string, b: string | undefined) => a.toLowerCase() === b?.toLowerCase();
  const kept = found.filter(
    (record) =>
      (owner === undefined || same(owner, record.owner)) &&
      (license === undefined || same(license, record.metadata.license)) &&
      (keyword === undefined || record.metadata.keywords.some((each) => same(keyword, each))),
  );
  const order = ORDERS[sort ?? (wanted === "" ? "dependents" : "relevance")];
  if (order) kept.sort(order(dependents));
  const size = Math.min(Math.max(limit, 0), MAX_LIMIT);
  return { total: kept.length, offset, limit: size, results: kept.slice(offset, offset + size) };
}

type Order = (a: ModuleRecord, b: ModuleRecord) => number;

const byName: Order = (a, b) => (a.module < b.module ? -1 : 1);

const ORDERS: Readonly<
  Record<SearchSort, ((dependents: (module: string) => number) => Order) | undefined>
> = {
  relevance: undefined,
  name: () => byName,
  updated: () => (a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0) || byName(a, b),
  dependents: (count) => (a, b) => count(b.module) - count(a.module) || byName(a, b),
};

/** Stable: within one rank the index's own order stands. */
function namesFirst(text: string, found: readonly string[]): string[] {
  const wanted = text.toLowerCase();
  const rank = (module: string): number => {
    const full = module.toLowerCase();
    const name = full.slice(full.indexOf("/") + 1);
    if (full === wanted) return 0;
    if (name === wanted) return 1;
    if (full.startsWith(wanted) && wanted.includes("/")) return 2;
    return name.startsWith(wanted) ? 3 : 4;
  };
  const ranks = new Map(found.map((module) => [module, rank(module)]));
  return [...found].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
}
