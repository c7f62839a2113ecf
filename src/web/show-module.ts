/** The pages of one version of a module: asks the registry what they show, and hands it to what draws them. */
import { Failure } from "../errors.ts";
import { type Entry, type Metadata, parseMetadata } from "../index/mod.ts";
import type { ModuleZip } from "../packaging/mod.ts";
import { type Discovery, noModule, type ServedRegistry } from "../registry/mod.ts";
import { archiveFiles } from "./archive-files.ts";
import { dependencyNodes } from "./dependency-nodes.ts";
import type { Html } from "./html.ts";
import { dependenciesPage } from "./pages/dependencies.ts";
import { filePage, folderPage } from "./pages/files.ts";
import { modulePageOf } from "./pages/module.ts";
import type { VersionHead } from "./pages/module-frame.ts";
import { versionsPage } from "./pages/versions.ts";
import { type RawFile, rawFile } from "./raw.ts";
import { at, encodePath, type ModuleAddress, type Site } from "./site.ts";

const GRAPH_NODES = 40;

export interface ModulePages {
  /**
   * Any page of a module, as its address says.
   *
   * @param fetch get the archive if it is not here
   * @throws {Failure} "not-found"
   */
  page(site: Site, found: Discovery, address: ModuleAddress, fetch: boolean): Promise<Html>;
  /** One file's own bytes. @throws {Failure} "not-found" */
  raw(found: Discovery, address: ModuleAddress): Promise<RawFile>;
}

/** A version that a page is of. */
interface Shown {
  readonly entry: Entry;
  readonly metadata: Metadata;
  readonly head: VersionHead;
}

interface Asked extends Shown {
  readonly site: Site;
  readonly found: Discovery;
  readonly address: ModuleAddress;
  readonly fetch: boolean;
}

export function createModulePages(served: ServedRegistry): ModulePages {
  const { browse } = served;
  const files = archiveFiles(served);

  const missing = () =>
    browse.canFetch
      ? "Its archive has not been fetched yet."
      : "Its archive is not stored, and this server fetches nothing.";
  const fetchUrl = (isHere: boolean) => (isHere || !browse.canFetch ? undefined : "?fetch=1");

  /** The rest of the page stands without it, and who asks for the files is told why. */
  const readmeIfReadable = async ({ site, entry, metadata, fetch }: Asked) => {
    let zip: ModuleZip | undefined;
    try {
      zip = await files.open(entry, fetch);
      return { zip, readme: zip && (await files.readme(site, entry, zip, metadata.readme)) };
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "invalid") throw error;
      return { zip, problem: `Its ${zip ? "README" : "archive"} cannot be read.` };
    }
  };

  const overview = async (asked: Asked): Promise<Html> => {
    const { site, found, entry, metadata, head } = asked;
    const { zip, readme, problem } = await readmeIfReadable(asked);
    return modulePageOf(site, {
      ...head,
      readme,
      readmeMissing: problem ?? (zip ? "Its archive holds none." : missing()),
      fetchUrl: fetchUrl(zip !== undefined || problem !== undefined),
      createdAt: metadata.createdAt,
      license: metadata.license,
      repository: metadata.repository,
      homepage: metadata.homepage,
      keywords: metadata.keywords,
      authors: metadata.authors,
      targets: metadata.supportedTargets,
      source: browse.source(entry.module),
      size: browse.size(entry.checksum),
      canFetch: browse.canFetch,
      checksum: entry.checksum,
      downloads: served.downloads.of(entry.module),
      requires: requirementsOf(found, entry),
      archiveUrl: at(site, `/user/${encodePath(`${entry.module}/${entry.version}`)}.zip`),
    });
  };

  const versions = ({ site, found, entry, head }: Asked): Html =>
    versionsPage(site, {
      ...head,
      rows: found.versions(entry.module).map((line) => ({
        version: line.entry.version,
        createdAt: line.entry.createdAt,
        yanked: line.entry.yanked,
        size: browse.size(line.entry.checksum),
      })),
    });

  const dependencies = ({ site, found, entry, head }: Asked): Html => {
    const { nodes, left } = dependencyNodes(found, entry.module, entry.version, GRAPH_NODES);
    return dependenciesPage(site, {
      ...head,
      requires: requirementsOf(found, entry),
      graph: nodes,
      left,
      dependentRows: found.dependents(entry.module),
    });
  };

  const fileOrFolder = async ({ site, address, fetch, entry, head }: Asked): Promise<Html> => {
    const zip = await files.open(entry, fetch);
    const { path } = address;
    const one = zip?.files.find((file) => file.path === path);
    if (zip && one) {
      const content = await files.content(entry, zip, one);
      return filePage(site, { ...head, path, size: one.size, content });
    }
    const isFolder = path === "" || zip?.files.some((file) => file.path.startsWith(`${path}/`));
    if (zip && !isFolder) throw noFile(address);
    const more = { missing: missing(), fetchUrl: fetchUrl(zip !== undefined) };
    return folderPage(site, { ...head, path, files: zip?.files, ...more });
  };

  const pages = new Map<string, (asked: Asked) => Html | Promise<Html>>([
    ["", overview],
    ["versions", versions],
    ["dependencies", dependencies],
    ["files", fileOrFolder],
  ]);

  return {
    async page(site, found, address, fetch) {
      const shown = lookUp(found, address);
      const page = pages.get(address.page);
      if (page) return await page({ ...shown, site, found, address, fetch });
      throw new Failure("not-found", `${nameOf(address)} has no page ${address.page}`);
    },
    async raw(found, address) {
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

/** @throws {Failure} "not-found" */
function lookUp(found: Discovery, address: ModuleAddress): Shown {
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
