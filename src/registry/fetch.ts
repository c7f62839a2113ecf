/** Downloads what a plan names and the store lacks. */
import type { ArchiveStore, StoredArchive } from "../archives/mod.ts";
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, download, forEachLimit } from "../download/mod.ts";
import { Failure } from "../errors.ts";
import type { Catalog, Entry } from "../index/mod.ts";
import { archiveRequest } from "../sources/mod.ts";
import type { FailureReason, Report } from "./events.ts";
import type { Registry } from "./open.ts";

export interface FetchOptions {
  /** Downloads at once. Default: `mirror.concurrency`. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

export interface Fetched {
  readonly downloaded: number;
  readonly failed: number;
  /** Downloaded bytes. */
  readonly bytes: number;
  readonly failures: Partial<Record<FailureReason, number>>;
}

/**
 * Fetches each archive from its module's owner. One that fails is reported and counted, and does not
 * stop the others.
 *
 * @throws {Failure} "io" when the disk is full: all the others would fail too
 */
export async function fetchAll(
  registry: Registry,
  catalog: Catalog,
  missing: readonly Entry[],
  options: FetchOptions,
  report: Report,
): Promise<Fetched> {
  const batch = registry.archives.batch();
  const totals = { downloaded: 0, failed: 0, bytes: 0 };
  const failures: Partial<Record<FailureReason, number>> = {};
  const sources = new Map(registry.config.sources.map((source) => [source.name, source]));
  const progress = () => {
    const done = totals.downloaded + totals.failed;
    const { failed, bytes } = totals;
    report({ type: "progress", done, total: missing.length, failed, bytes });
  };
  const fetchOne = async (entry: Entry): Promise<void> => {
    const { module, version } = entry;
    const source = sources.get(catalog.get(module)!.origin)!;
    try {
      const { size } = await fetchArchive(batch.add, source, entry, options.signal);
      totals.downloaded++;
      totals.bytes += size;
    } catch (error) {
      if (!(error instanceof DownloadError) || options.signal?.aborted) throw error;
      totals.failed++;
      failures[error.kind] = (failures[error.kind] ?? 0) + 1;
      report({ type: "failed", module, version, reason: error.kind, message: error.message });
      // A full disk fails everything that is still to come.
      if (error.kind === "disk") throw diskFailure(registry, error);
    }
    progress();
  };
  const limit = options.concurrency ?? registry.config.mirror.concurrency;
  try {
    await forEachLimit(missing, limit, fetchOne, options.signal);
  } finally {
    // Also after Ctrl-C: what has arrived is kept.
    await batch.close();
  }
  return { ...totals, failures };
}

function diskFailure(registry: Registry, error: DownloadError): Failure {
  return new Failure(
    "io",
    `cannot write to ${registry.paths.packages}: ${error.message}`,
    "make room or mend the permissions, then run the same again: it goes on where it stopped",
    { cause: error },
  );
}

/**
 * Downloads one archive from its module's owner.
 *
 * @param store takes the body, and refuses one that does not hash to the given checksum
 * @throws {DownloadError} when it does not arrive as the index says it should
 */
export async function fetchArchive(
  store: ArchiveStore["put"],
  source: SourceConfig,
  entry: Entry,
  signal?: AbortSignal,
): Promise<StoredArchive> {
  const request = archiveRequest(source, entry.module, entry.version);
  return await download(request, (body) => store(body, entry.checksum), { signal });
}
