/** What a server needs of a registry: the branch to serve, archives by version, and no writing. */
import type { Config } from "../config/mod.ts";
import { DownloadError } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import { createGitEndpoint, type GitEndpoint, readRef } from "../git/mod.ts";
import { type Entry, followBranch, type Overlay } from "../index/mod.ts";
import { VERSION } from "../version.ts";
import { fetchArchive } from "./fetch.ts";
import { followConfig } from "./follow-config.ts";
import type { Registry } from "./open.ts";
import { ALL_VIEW, STORED_VIEW } from "./paths.ts";
import { openSymbols, type StoredSymbols } from "./symbols.ts";
import { currentOverlay, sourceTips } from "./views.ts";

export interface ServedRegistry {
  readonly name: string;
  readonly git: GitEndpoint;
  /**
   * A version's archive; fetched from its owner if it is not stored and that is allowed.
   *
   * @throws {Failure} "not-found", or "upstream" when the owner does not give it
   */
  archive(module: string, version: string): Promise<{ entry: Entry; body: Blob }>;
  /** The stored `symbols.zip`, if there is one. */
  symbols(): Promise<StoredSymbols | undefined>;
  /** The commit that is served, if there is one yet. Throws when the index cannot be read. */
  ready(): { index: string | undefined };
}

export interface ServeRegistryOptions {
  /** Serve only what is stored, and open no connection. */
  readonly offline: boolean;
  /** Told of what an operator should know. */
  readonly warn: (message: string) => void;
}

export function serveRegistry(
  registry: Registry,
  { offline, warn }: ServeRegistryOptions,
): ServedRegistry {
  const { objects, archives, paths, config } = registry;
  const ref = offline ? STORED_VIEW : ALL_VIEW;
  const snapshot = followBranch(paths.index, ref, objects);
  const pull = createPull(registry, followConfig(registry.config, warn));

  return {
    name: config.registry.name,
    git: createGitEndpoint({
      agent: `moonbit-registry/${VERSION}`,
      // Whichever view it is, clients know it as the branch that they pull.
      branch: () => ({ objects, tip: readRef(paths.index, ref), ref: "refs/heads/main" }),
    }),
    async archive(module, version) {
      const entry = snapshot()?.version(module, version)?.entry;
      if (!entry) throw unknown(module, version);
      const stored = await archives.get(entry.checksum);
      if (stored) return { entry, body: stored };
      if (offline) throw unknown(module, version);
      await pull(entry);
      const body = await archives.get(entry.checksum);
      if (!body) throw unknown(module, version);
      return { entry, body };
    },
    symbols: () => openSymbols(registry),
    ready: () => ({ index: readRef(paths.index, ref) }),
  };
}

function unknown(module: string, version: string): Failure {
  return new Failure("not-found", `${module}@${version} is not in this registry`);
}

/** Fetches archives that are asked for and not stored: once, however many clients wait. */
function createPull(registry: Registry, config: () => Config): (entry: Entry) => Promise<void> {
  const underWay = new Map<string, Promise<void>>();
  const owner = createOwnerLookup(registry, config);

  const fetchFromOwner = async (entry: Entry): Promise<void> => {
    const { module, version } = entry;
    const source = owner(module);
    if (!source) throw unknown(module, version);
    try {
      await fetchArchive(registry.archives.put, source, entry);
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      const what = `${module}@${version} could not be fetched from source ${source.name}`;
      throw new Failure("upstream", `${what}: ${error.message}`, undefined, { cause: error });
    }
  };

  return (entry) => {
    const waiting = underWay.get(entry.checksum);
    if (waiting) return waiting;
    const fetching = fetchFromOwner(entry).finally(() => underWay.delete(entry.checksum));
    underWay.set(entry.checksum, fetching);
    return fetching;
  };
}

/** Which source a module is from; worked out anew when an index or the settings change. */
function createOwnerLookup(opened: Registry, config: () => Config) {
  let tips = "";
  let owners: Overlay<string> | undefined;
  return (module: string) => {
    const registry = { ...opened, config: config() };
    const now = sourceTips(registry)
      .map(({ name, tip }) => `${name} ${tip}`)
      .join("\n");
    if (!owners || now !== tips) {
      owners = currentOverlay(registry);
      tips = now;
    }
    const origin = owners.modules.get(module)?.origin;
    return registry.config.sources.find((source) => source.name === origin);
  };
}
