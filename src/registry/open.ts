/** Opens a registry: its configuration, its index, its store. Writes nothing. */
import { type ArchiveStore, openArchiveStore } from "../archives/mod.ts";
import { type Config, loadConfig, type SourceConfig } from "../config/mod.ts";
import { COMMAND_PATIENCE_MS, isWritable } from "../files/mod.ts";
import { type ObjectDatabase, openObjectDatabase } from "../git/mod.ts";
import { ALL_VIEW, type DataPaths, dataPaths, STORED_VIEW } from "./paths.ts";

export interface Registry {
  readonly config: Config;
  readonly paths: DataPaths;
  readonly objects: ObjectDatabase;
  readonly archives: ArchiveStore;
  /** Nothing may be written below `data/`: the medium forbids it, or its user does. */
  readonly readOnly: boolean;
  /** How long to stand still for another program that holds `state.db`, in milliseconds. */
  readonly stateWaitMs: number;
}

/**
 * @param file path of the `registry.toml`
 * @param options.readOnly write nothing; so it is anyway on a medium that cannot be written
 * @throws {Failure} "config" when it cannot be understood
 */
export function openRegistry(
  file: string,
  options: { readonly readOnly?: boolean } = {},
): Registry {
  const config = loadConfig(file);
  const paths = dataPaths(config.registry.dataDir);
  return {
    config,
    paths,
    objects: openObjectDatabase(paths.index),
    archives: openArchiveStore(paths.packages),
    readOnly: options.readOnly === true || !isWritable(paths.root),
    stateWaitMs: COMMAND_PATIENCE_MS,
  };
}

/** The view that `serve` shows, and that is shared. */
export function servedView({ config }: Pick<Registry, "config">): string {
  return config.server.upstreamFallback ? ALL_VIEW : STORED_VIEW;
}

/** The sources that take part, the first to be asked first; of equals the one that stands first. */
export function enabledSources({ config }: Registry): SourceConfig[] {
  return config.sources.filter((source) => source.enabled).sort((a, b) => a.priority - b.priority);
}
