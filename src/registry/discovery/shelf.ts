/**
 * Where modules are looked up and taken from: a registry's directory, or a server. Commands that read
 * work on either.
 */
import { dirname } from "node:path";
import { Failure } from "../../errors.ts";
import { followBranch } from "../../index/mod.ts";
import type { LockedModule } from "../../resolve/mod.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW } from "../paths.ts";
import { createHeldLookup } from "../serving/held.ts";
import { createOwnerLookup } from "../serving/owner.ts";
import { createPull } from "../serving/pull.ts";
import { type Dependent, followDiscovery, noModule } from "./discover.ts";
import {
  type ListedModule,
  listedModule,
  type ModuleInfo,
  moduleInfo,
  type ResolvedVersion,
  resolvedVersion,
} from "./module-info.ts";
import { type ModuleTree, moduleTree } from "./module-tree.ts";
import type { SearchQuery } from "./search-index.ts";

export interface Shelf {
  /** For people: a directory or an address. */
  readonly where: string;
  search(query: SearchQuery): Promise<{ total: number; results: readonly ListedModule[] }>;
  /** @throws {Failure} "not-found", as all that follow */
  info(module: string, version?: string): Promise<ModuleInfo>;
  resolve(module: string, range?: string): Promise<ResolvedVersion>;
  tree(module: string, range?: string): Promise<ModuleTree>;
  dependents(module: string): Promise<readonly Dependent[]>;
  /** The bytes as they were stored or sent: whoever takes them checks them. */
  archive(wanted: LockedModule): Promise<Blob>;
}

/** Looks a registry's modules up in what its sources offered last; fetches archives that it lacks. */
export function openShelf(registry: Registry): Shelf {
  const { objects, archives, paths, config } = registry;
  const snapshot = followBranch(paths.index, ALL_VIEW, objects);
  const discovery = followDiscovery(snapshot, (blob) => objects.read(blob).data);
  const owner = createOwnerLookup(registry, () => config);
  const held = createHeldLookup(registry, () => config, owner);
  // One command: nobody reads its measures.
  const pull = createPull(registry, owner, { pulled: () => {}, failed: () => {} });
  return {
    where: dirname(config.file),
    async search(query) {
      const { total, results } = await (await discovery()).search(query);
      return { total, results: results.map(listedModule) };
    },
    info: async (module, version) => moduleInfo(await discovery(), module, version),
    resolve: async (module, range) => resolvedVersion(await discovery(), module, range),
    tree: async (module, range) => moduleTree(await discovery(), module, range),
    async dependents(module) {
      const found = await discovery();
      if (!found.module(module)) throw noModule(module);
      return found.dependents(module);
    },
    async archive({ module, version, checksum }) {
      const blocked = held.blocked(module, version);
      if (blocked) throw blocked;
      const stored = await archives.get(checksum);
      if (stored) return stored;
      const entry = snapshot()?.version(module, version)?.entry;
      if (entry?.checksum !== checksum) {
        const what = entry ? "has another checksum by now" : "is not in the index any more";
        throw new Failure(
          "not-found",
          `${module}@${version} ${what}, and its archive is not stored`,
        );
      }
      await pull.fetch(entry).done;
      const fetched = await archives.get(checksum);
      if (!fetched) throw new Failure("not-found", `${module}@${version} could not be stored`);
      return fetched;
    },
  };
}
