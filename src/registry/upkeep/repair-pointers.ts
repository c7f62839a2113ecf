/**
 * Mends what stands beside the index when archives that it names are gone. What its source does not have
 * any more is named no more; what only a bundle could bring is waited for.
 */
import type { Sha256 } from "../../archives/mod.ts";
import { DownloadError, forEachLimit } from "../../download/mod.ts";
import type { Catalog, Entry } from "../../index/mod.ts";
import { addAssets, dropAssets, readAssets } from "../assets/asset-map.ts";
import { parseAssetPath } from "../assets/asset-paths.ts";
import { fetchAsset } from "../assets/assets.ts";
import { dropSymbols, readSymbolsPointer, refreshSymbols } from "../assets/symbols.ts";
import type { Report } from "../events.ts";
import { enabledSources, type Registry } from "../open.ts";
import { createProviders } from "../provider.ts";

/** The caller holds the lock. @returns those of the archives that are here, or replaced by others */
export async function repairPointers(
  registry: Registry,
  catalog: Catalog,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<Set<Sha256>> {
  const mended = new Set<Sha256>();
  const isBeyond = (what: string) => {
    const message = `no source has ${what}; \`verify --repair --from BUNDLE\` takes it out of a bundle`;
    report({ type: "warning", message });
  };
  const symbols = await repairSymbols(registry, report, isBeyond, signal);
  if (symbols !== undefined) mended.add(symbols);

  const { archives, config } = registry;
  const provider = createProviders(registry);
  const lost = [...readAssets(registry)].filter(([, sha256]) => !archives.has(sha256));
  const added = new Map<string, Sha256>();
  const dropped: string[] = [];
  const mend = async ([path, sha256]: [string, Sha256]): Promise<void> => {
    const entry = entryOf(catalog, path);
    const source = entry && provider(catalog.get(entry.module)!.origin, entry);
    if (entry && !source) return isBeyond(path);
    const found = source && (await fetchAsset(registry, source, path, { signal }));
    if (found === undefined) return void dropped.push(path);
    added.set(path, found);
    mended.add(sha256);
  };
  const tried = async (each: [string, Sha256]): Promise<void> => {
    await mend(each).catch((error: unknown) => {
      if (!(error instanceof DownloadError) || error.kind === "disk") throw error;
      signal?.throwIfAborted();
      report({ type: "warning", message: `${each[0]}: ${error.message}` });
      dropped.push(each[0]);
    });
  };
  await forEachLimit(lost, config.mirror.concurrency, tried, signal);
  await addAssets(registry, added);
  await dropAssets(registry, dropped);
  return mended;
}

/** @returns the hash of those that were lost, if there are others now */
async function repairSymbols(
  registry: Registry,
  report: Report,
  isBeyond: (what: string) => void,
  signal: AbortSignal | undefined,
): Promise<Sha256 | undefined> {
  const { archives } = registry;
  const before = readSymbolsPointer(registry);
  if (!before?.sha256 || archives.has(before.sha256)) return undefined;
  const source = enabledSources(registry).find(({ name }) => name === before.source);
  if (!source) {
    isBeyond(`the symbols of ${before.source}`);
    return undefined;
  }
  await refreshSymbols(registry, source, before.index, report, signal);
  const after = readSymbolsPointer(registry)?.sha256;
  if (after && archives.has(after)) return before.sha256;
  // The next `sync` asks again.
  dropSymbols(registry);
  return undefined;
}

/** The version that a program is of, if it is listed. */
function entryOf(catalog: Catalog, path: string): Entry | undefined {
  const name = parseAssetPath(path);
  const lines = name && catalog.get(name.module)?.lines;
  return lines?.find(({ entry }) => entry.version === name?.version)?.entry;
}
