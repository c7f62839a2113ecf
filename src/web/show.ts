/** Pages of a registry: asks it what they show, and hands that to the functions that draw them. */
import { Failure } from "../errors.ts";
import {
  type Discovery,
  type ModuleRecord,
  SEARCH_SORTS,
  type SearchSort,
  type ServedRegistry,
} from "../registry/mod.ts";
import type { Html } from "./html.ts";
import { withoutControls } from "./layout.ts";
import { homePage } from "./pages/home.ts";
import type { ModuleItem } from "./pages/module-list.ts";
import { ownerPageOf } from "./pages/owner.ts";
import { type SearchFilters, searchResultsPage } from "./pages/search.ts";
import type { RawFile } from "./raw.ts";
import { createModulePages } from "./show-module.ts";
import { type ModuleAddress, modulePage, type Site } from "./site.ts";

const HOME_ITEMS = 8;
const SUGGESTIONS = 8;
const PAGE_SIZE = 20;

export interface Suggestion {
  readonly name: string;
  readonly version: string;
  readonly description: string | undefined;
  readonly href: string;
}

export interface Pages {
  home(site: Site): Promise<Html>;
  search(site: Site, words: URLSearchParams): Promise<Html>;
  suggest(site: Site, text: string): Promise<Suggestion[]>;
  /** @throws {Failure} "not-found" */
  owner(site: Site, owner: string): Promise<Html>;
  /**
   * Any page of a module, as its address says.
   *
   * @param fetch get the archive if it is not here
   * @throws {Failure} "not-found"
   */
  module(site: Site, address: ModuleAddress, fetch: boolean): Promise<Html>;
  /** One file's own bytes. @throws {Failure} "not-found" */
  raw(address: ModuleAddress): Promise<RawFile>;
}

export function createPages(served: ServedRegistry): Pages {
  const ofModules = createModulePages(served);

  return {
    async home(site) {
      const found = await served.discovery();
      const { modules, versions, owners } = found.statistics;
      const items = (records: readonly ModuleRecord[]) => records.map(itemOf(found));
      const recent = items(found.recent(HOME_ITEMS));
      const popular = items(found.popular(HOME_ITEMS));
      const projects = served.knitpkg.counts();
      const view = { modules, versions, owners, recent, popular, projects };
      return homePage(site, view, Date.now());
    },
    async search(site, words) {
      const found = await served.discovery();
      const word = (name: string) => (words.get(name) ?? "").trim().slice(0, 200);
      const sort = SEARCH_SORTS.find((each) => each === word("sort"));
      const filters: SearchFilters = {
        q: word("q"),
        owner: word("owner"),
        keyword: word("keyword"),
        license: word("license"),
        sort: sort ?? "",
      };
      const search = (page: number) =>
        found.search({
          ...queryOf(filters, sort),
          offset: (page - 1) * PAGE_SIZE,
          limit: PAGE_SIZE,
        });
      let page = Math.max(1, Math.min(10_000, Math.floor(Number(word("page"))) || 1));
      let { total, results } = await search(page);
      const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
      if (page > last) {
        page = last;
        ({ total, results } = await search(page));
      }
      const view = {
        filters,
        total,
        page,
        pageSize: PAGE_SIZE,
        results: results.map(itemOf(found)),
      };
      return searchResultsPage(site, view, Date.now());
    },
    async suggest(site, text) {
      const wanted = text.trim().slice(0, 200);
      if (wanted === "") return [];
      const found = await served.discovery();
      const { results } = await found.search({ text: wanted, limit: SUGGESTIONS });
      return results.map(({ module, latest, metadata }) => ({
        name: withoutControls(module),
        version: latest,
        description: metadata.description && withoutControls(metadata.description).slice(0, 160),
        href: modulePage(site, module),
      }));
    },
    async owner(site, owner) {
      const found = await served.discovery();
      const records = found.ownedBy(owner);
      if (records.length === 0) throw new Failure("not-found", `there is no owner ${owner}`);
      return ownerPageOf(site, { owner, modules: records.map(itemOf(found)) }, Date.now());
    },
    async module(site, address, fetch) {
      return await ofModules.page(site, await served.discovery(), address, fetch);
    },
    async raw(address) {
      return await ofModules.raw(await served.discovery(), address);
    },
  };
}

function queryOf(filters: SearchFilters, sort: SearchSort | undefined) {
  const { q, owner, keyword, license } = filters;
  return {
    text: q,
    ...(owner !== "" && { owner }),
    ...(keyword !== "" && { keyword }),
    ...(license !== "" && { license }),
    ...(sort && { sort }),
  };
}

function itemOf(found: Discovery): (record: ModuleRecord) => ModuleItem {
  return ({ module, latest, metadata, lastAt, yanked }) => ({
    module,
    version: latest,
    description: metadata.description,
    updatedAt: lastAt,
    dependents: found.dependents(module).length,
    yanked,
  });
}
