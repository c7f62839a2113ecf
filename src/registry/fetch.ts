/** Downloads what a plan names and the store lacks. */
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
      const { size } = await fetchArchive(registry, source, entry, options.signal);
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
  await forEachLimit(missing, limit, fetchOne, options.signal);
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
 * Downloads one archive into the store, from its module's owner.
 *
 * @throws {DownloadError} when it does not arrive as the index says it should
 */
export async function fetchArchive(
  registry: Registry,
  source: SourceConfig,
  entry: Entry,
  signal?: AbortSignal,
): Promise<{ size: number }> {
  const request = archiveRequest(source, entry.module, entry.version);
  const store = (body: Uint8Array | AsyncIterable<Uint8Array>) =>
    registry.archives.put(body, entry.checksum);
  return await download(request, store, signal ? { signal } : {});
}
