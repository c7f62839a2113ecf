/** Downloads what a plan names and the store lacks. */
import type { Sha256, StoredArchive } from "../../archives/mod.ts";
import type { SourceConfig } from "../../config/mod.ts";
import {
  DownloadError,
  type DownloadErrorKind,
  type DownloadOptions,
  download,
  forEachLimit,
  isPassing,
} from "../../download/mod.ts";
import { Failure } from "../../errors.ts";
import type { Catalog, Entry } from "../../index/mod.ts";
import { archiveRequest } from "../../sources/mod.ts";
import type { Report } from "../events.ts";
import type { Registry } from "../open.ts";
import { createProgress } from "../progress.ts";
import { createProviders } from "../provider.ts";

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
  readonly failures: Partial<Record<DownloadErrorKind, number>>;
}

/**
 * Fetches each archive from its module's owner. One that fails does not stop the others. What failed
 * for a reason that may pass is tried again when the others are through, as long as that helps.
 *
 * @throws {Failure} "upstream" when a source has stopped answering: then all the others would fail too
 * @throws {DownloadError} "disk" when there is no more room, for the same reason
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
  const failures: Partial<Record<DownloadErrorKind, number>> = {};
  const { signal } = options;
  const health = createHealth();
  const provider = createProviders(registry);
  const limit = options.concurrency ?? registry.config.mirror.concurrency;

  const tell = createProgress(report, missing.length);
  const progress = () => tell({ ...totals, done: totals.downloaded + totals.failed });
  const fail = ({ module, version }: Entry, { kind, message }: DownloadError) => {
    totals.failed++;
    failures[kind] = (failures[kind] ?? 0) + 1;
    report({ type: "failed", module, version, reason: kind, message });
    progress();
  };
  /** Returns what may work later, with why it did not now. */
  const pass = async (entries: Iterable<Entry>): Promise<Map<Entry, DownloadError>> => {
    const later = new Map<Entry, DownloadError>();
    const fetchOne = async (entry: Entry): Promise<void> => {
      const source = provider(catalog.get(entry.module)!.origin, entry);
      if (!source) return fail(entry, nowhere(entry));
      try {
        const { size } = await fetchArchive(batch.add, source, entry, { signal });
        totals.downloaded++;
        totals.bytes += size;
        health.worked(source);
        progress();
      } catch (error) {
        if (!(error instanceof DownloadError) || error.kind === "disk") throw error;
        if (isPassing(error)) later.set(entry, error);
        else fail(entry, error);
        health.failed(source, error);
      }
    };
    await forEachLimit(entries, limit, fetchOne, signal);
    return later;
  };

  try {
    let later = await pass(missing);
    for (let before = 0; later.size > 0 && totals.downloaded > before; ) {
      before = totals.downloaded;
      later = await pass(later.keys());
    }
    for (const [entry, error] of later) fail(entry, error);
  } finally {
    // Also after Ctrl-C: what has arrived is kept.
    await batch.close();
  }
  return { ...totals, failures };
}

/** What was published here is stored, unless it was lost; the shared index lists what perhaps no source has. */
function nowhere({ module, version }: Entry): DownloadError {
  return new DownloadError("not-found", `no source has the archive of ${module}@${version}`);
}

/** So many archives in a row mean that it is not about the archives. */
const MOST_IN_A_ROW = 48;

/** Notices a source that has stopped answering, so that thousands of tries are not spent on it. */
function createHealth() {
  const inARow = new Map<string, number>();
  return {
    worked: ({ name }: SourceConfig) => void inARow.delete(name),
    /** @throws {Failure} "upstream" */
    failed({ name }: SourceConfig, error: DownloadError) {
      if (error.kind !== "network" && error.kind !== "timeout") return;
      const count = (inARow.get(name) ?? 0) + 1;
      inARow.set(name, count);
      if (count < MOST_IN_A_ROW) return;
      throw new Failure(
        "upstream",
        `source ${name} has stopped answering: ${error.message}`,
        "run the same again when it is back: it goes on where it stopped",
        { cause: error },
      );
    },
  };
}

/** Four times what may be published. Without a bound, a body without an end would fill the disk. */
const MAX_ARCHIVE = 256 * 1024 * 1024;

/**
 * Downloads one archive from its module's owner.
 *
 * @param store takes the body, and refuses one that does not hash to the given checksum
 * @throws {DownloadError} when it does not arrive as the index says it should
 */
export async function fetchArchive(
  store: StoreArchive,
  source: SourceConfig,
  entry: Entry,
  options: DownloadOptions = {},
): Promise<StoredArchive> {
  const request = archiveRequest(source, entry.module, entry.version);
  const limits = { maxBytes: MAX_ARCHIVE, ...options };
  return await download(request, (body) => store(body, entry.checksum), limits);
}

type StoreArchive = (
  body: Uint8Array | AsyncIterable<Uint8Array>,
  expected: Sha256,
) => Promise<StoredArchive>;
