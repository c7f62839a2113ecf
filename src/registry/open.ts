/** Opens a registry: its configuration, its index, its store. Writes nothing. */
import { type ArchiveStore, openArchiveStore } from "../archives/mod.ts";
import { type Config, loadConfig, type SourceConfig } from "../config/mod.ts";
import { type ObjectDatabase, openObjectDatabase } from "../git/mod.ts";
import { type DataPaths, dataPaths } from "./paths.ts";

export interface Registry {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly objects: ObjectDatabase;
  readonly archives: ArchiveStore;
}

/**
 * @param file path of the `registry.toml`
 * @throws {Failure} "config" when it cannot be understood
 */
export function openRegistry(file: string): Registry {
  const config = loadConfig(file);
  const paths = dataPaths(config.registry.dataDir);
  return {
    config,
    paths,
    objects: openObjectDatabase(paths.index),
    archives: openArchiveStore(paths.packages),
  };
}

/** The sources that take part, the first to be asked first; of equals the one that stands first. */
export function enabledSources({ config }: Registry): SourceConfig[] {
  return config.sources.filter((source) => source.enabled).sort((a, b) => a.priority - b.priority);
}
