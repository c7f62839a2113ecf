/** Pages of a registry: asks it what they show, and hands that to the functions that draw them. */
import { Failure } from "../errors.ts";
import { type Entry, parseMetadata } from "../index/mod.ts";
import type { ModuleZip } from "../packaging/mod.ts";
import {
  type Discovery,
  type ModuleRecord,
  noModule,
  SEARCH_SORTS,
  type SearchSort,
  type ServedRegistry,
} from "../registry/mod.ts";
import { archiveFiles } from "./archive-files.ts";
import { dependencyNodes } from "./dependency-nodes.ts";
import type { Html } from "./html.ts";
import { withoutControls } from "./layout.ts";
import { dependenciesPage } from "./pages/dependencies.ts";
import { filePage, folderPage } from "./pages/files.ts";
import { homePage } from "./pages/home.ts";
import { modulePageOf } from "./pages/module.ts";
import type { VersionHead } from "./pages/module-frame.ts";
import type { ModuleItem } from "./pages/module-list.ts";
import { ownerPageOf } from "./pages/owner.ts";
import { type SearchFilters, searchResultsPage } from "./pages/search.ts";
import { versionsPage } from "./pages/versions.ts";
import { type RawFile, rawFile } from "./raw.ts";
import { at, encodePath, type ModuleAddress, modulePage, type Site } from "./site.ts";

const HOME_ITEMS = 8;
const SUGGESTIONS = 8;
const PAGE_SIZE = 20;
const GRAPH_NODES = 40;

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
  const { browse } = served;
  const files = archiveFiles(served);

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
      const found = await served.discovery();
      const { entry, metadata, head } = lookUp(found, address);
      switch (address.page) {
        case "":
          return await overview();
        case "versions":
          return versionsPage(site, {
            ...head,
            rows: found.versions(entry.module).map((line) => ({
              version: line.entry.version,
              createdAt: line.entry.createdAt,
              yanked: line.entry.yanked,
              size: browse.size(line.entry.checksum),
            })),
          });
        case "dependencies": {
          const { nodes, left } = dependencyNodes(found, entry.module, entry.version, GRAPH_NODES);
          return dependenciesPage(site, {
            ...head,
            requires: requirementsOf(found, entry),
            graph: nodes,
            left,
            dependentRows: found.dependents(entry.module),
          });
        }
        case "files":
          return await filesPage();
        default:
          throw new Failure("not-found", `${nameOf(address)} has no page ${address.page}`);
      }

      async function overview(): Promise<Html> {
        const { zip, readme, problem } = await readmeIfReadable();
        const size = browse.size(entry.checksum);
        return modulePageOf(site, {
          ...head,
          readme,
          readmeMissing: problem ?? (zip ? "Its archive holds none." : missing()),
          fetchUrl: zip || problem || !browse.canFetch ? undefined : "?fetch=1",
          createdAt: metadata.createdAt,
          license: metadata.license,
          repository: metadata.repository,
          homepage: metadata.homepage,
          keywords: metadata.keywords,
          authors: metadata.authors,
          targets: metadata.supportedTargets,
          source: browse.source(entry.module),
          size,
          canFetch: browse.canFetch,
          checksum: entry.checksum,
          downloads: served.downloads.of(entry.module),
          requires: requirementsOf(found, entry),
          archiveUrl: at(site, `/user/${encodePath(`${entry.module}/${entry.version}`)}.zip`),
        });
      }

      /** The rest of the page stands without it, and who asks for the files is told why. */
      async function readmeIfReadable() {
        let zip: ModuleZip | undefined;
        try {
          zip = await files.open(entry, fetch);
          return { zip, readme: zip && (await files.readme(site, entry, zip, metadata.readme)) };
        } catch (error) {
          if (!(error instanceof Failure) || error.code !== "invalid") throw error;
          return { zip, problem: `Its ${zip ? "README" : "archive"} cannot be read.` };
        }
      }

      async function filesPage(): Promise<Html> {
        const zip = await files.open(entry, fetch);
        const { path } = address;
        const one = zip?.files.find((file) => file.path === path);
        if (zip && one) {
          const content = await files.content(entry, zip, one);
          return filePage(site, { ...head, path, size: one.size, content });
        }
        const isFolder = path === "" || zip?.files.some((file) => file.path.startsWith(`${path}/`));
        if (zip && !isFolder) throw noFile(address);
        const fetchUrl = zip || !browse.canFetch ? undefined : "?fetch=1";
        return folderPage(site, { ...head, path, files: zip?.files, missing: missing(), fetchUrl });
      }

      function missing(): string {
        return browse.canFetch
          ? "Its archive has not been fetched yet."
          : "Its archive is not stored, and this server fetches nothing.";
      }
    },
    async raw(address) {
      const found = await served.discovery();
      const { entry, head } = lookUp(found, address);
      const zip = await files.open(entry, false);
      if (!zip) throw new Failure("not-found", `the archive of ${nameOf(address)} is not here`);
      const { checksum } = entry;
      const file = rawFile(zip, address.path, { checksum, named: head.named });
      if (!file) throw noFile(address);
      return file;
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

/** @throws {Failure} "not-found" */
function lookUp(found: Discovery, address: ModuleAddress) {
  const record = found.module(address.module);
  if (!record) throw noModule(address.module);
  const version = address.version ?? record.latest;
  const line = found.version(address.module, version);
  if (!line) throw new Failure("not-found", `${nameOf(address)} is not here`);
  const { entry } = line;
  const metadata = parseMetadata(line);
  const head: VersionHead = {
    module: entry.module,
    version,
    latest: record.latest,
    yanked: entry.yanked,
    deprecated: metadata.deprecated,
    description: metadata.description,
    versions: record.versions,
    dependencies: entry.dependencies.length,
    dependents: found.dependents(entry.module).length,
    named: address.version !== undefined,
  };
  return { entry, metadata, head };
}

function requirementsOf(found: Discovery, { dependencies }: Entry) {
  return dependencies.map(({ module, version }) => ({
    module,
    version,
    isHere: found.module(module) !== undefined,
  }));
}

function nameOf({ module, version }: ModuleAddress): string {
  return version === undefined ? module : `${module}@${version}`;
}

function noFile(address: ModuleAddress): Failure {
  return new Failure("not-found", `${nameOf(address)} has no file ${address.path}`.trimEnd());
}
