/** Mirrors the prebuilt programs of modules that are mirrored. */
import type { Sha256 } from "../../archives/mod.ts";
import type { SourceConfig } from "../../config/mod.ts";
import { DownloadError, type DownloadOptions, download, forEachLimit } from "../../download/mod.ts";
import { Failure } from "../../errors.ts";
import { type Catalog, type Entry, type IndexLine, readFields } from "../../index/mod.ts";
import { openZip } from "../../packaging/mod.ts";
import { assetRequests } from "../../sources/mod.ts";
import type { Report } from "../events.ts";
import type { FetchOptions } from "../mirroring/fetch.ts";
import type { Registry } from "../open.ts";
import { createProviders } from "../provider.ts";
import { moving } from "../writing.ts";
import { addAssets, readAssets } from "./asset-map.ts";
import { assetPath, programsIn } from "./asset-paths.ts";

export interface AssetCounts {
  readonly downloaded: number;
  /** Here before. */
  readonly kept: number;
  readonly failed: number;
}

const MAX_CHECKSUM = 4096;
const MAX_WASM = 256 * 1024 * 1024;

/** Fetches what the source has of these versions' programs. One that fails is a warning. */
export async function mirrorAssets(
  registry: Registry,
  catalog: Catalog,
  entries: readonly Entry[],
  options: FetchOptions,
  report: Report,
): Promise<AssetCounts> {
  const { archives, config } = registry;
  const known = readAssets(registry);
  const provider = createProviders(registry);
  const added = new Map<string, Sha256>();
  const counts = { downloaded: 0, kept: 0, failed: 0 };
  const take = async (entry: Entry): Promise<void> => {
    const { module, version } = entry;
    // Clients take what follows the second part for a package of the module.
    if (module.split("/").length !== 2) return;
    const source = provider(catalog.get(module)!.origin, entry);
    const archive = await archives.get(entry.checksum);
    if (!source || !archive) return;
    const line = catalog.get(module)!.lines.find((each) => each.entry.version === version);
    if (!line) return;
    for (const packagePath of await programsOf(archive, line)) {
      const path = assetPath({ module, version, packagePath });
      const here = known.get(path);
      if (here !== undefined && archives.has(here)) {
        counts.kept++;
        continue;
      }
      const sha256 = await fetchAsset(registry, source, path, { signal: options.signal });
      if (sha256 === undefined) continue;
      added.set(path, sha256);
      counts.downloaded++;
    }
  };
  const limit = options.concurrency ?? config.mirror.concurrency;
  try {
    await forEachLimit(
      entries,
      limit,
      async (entry) => {
        await take(entry).catch((error: unknown) => {
          const isTheirs = error instanceof DownloadError && error.kind !== "disk";
          if (!isTheirs && !(error instanceof Failure)) throw error;
          options.signal?.throwIfAborted();
          counts.failed++;
          const what = `the programs of ${entry.module}@${entry.version}`;
          report({ type: "warning", message: `${what}: ${error.message}` });
        });
      },
      options.signal,
    );
  } finally {
    await moving(registry, "mirror", () => addAssets(registry, added));
  }
  return counts;
}

/**
 * The packages of a version that are programs. An archive that cannot be read has none: clients could not
 * unpack it either.
 *
 * @param line its `source` is the manifest's
 */
export async function programsOf(archive: Blob, line: IndexLine): Promise<string[]> {
  const { source } = readFields(line);
  try {
    return await programsIn(await openZip(archive), typeof source === "string" ? source : "");
  } catch (error) {
    if (error instanceof Failure && error.code === "invalid") return [];
    throw error;
  }
}

/**
 * Fetches a program and stores it, if its bytes are those that its checksum names.
 *
 * @returns its hash, or undefined when the source has no such program
 * @throws {DownloadError} when it does not arrive whole
 */
export async function fetchAsset(
  { archives }: Registry,
  source: SourceConfig,
  path: string,
  options: DownloadOptions,
): Promise<Sha256 | undefined> {
  for (const { wasm, checksum } of assetRequests(source, path)) {
    try {
      const limits = { ...options, maxBytes: MAX_CHECKSUM };
      const expected = parseChecksum(path, await download(checksum, text, limits));
      const store = (body: Uint8Array | AsyncIterable<Uint8Array>) => archives.put(body, expected);
      const { sha256 } = await download(wasm, store, { ...options, maxBytes: MAX_WASM });
      return sha256;
    } catch (error) {
      if (!(error instanceof DownloadError) || error.kind !== "not-found") throw error;
    }
  }
  return undefined;
}

async function text(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString("latin1");
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString("latin1");
}

/** As `sha256sum` writes it: the hash, then perhaps a name. */
function parseChecksum(path: string, line: string): Sha256 {
  const [hash = ""] = line.trim().split(/\s+/);
  if (/^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw new DownloadError("wrong-hash", `${path}.sha256 holds no SHA-256`);
}
