/**
 * Takes over what a bundle says beside the index. It adds to what is here, and takes the place of nothing
 * that this registry has from elsewhere: nobody could bring that back.
 */
import type { Sha256 } from "../../archives/mod.ts";
import type { Manifest } from "../../bundles/mod.ts";
import { addAssets, assetsIn, readAssets } from "../assets/asset-map.ts";
import {
  readSymbolsPointer,
  type SymbolsPointer,
  symbolsIn,
  writeSymbols,
} from "../assets/symbols.ts";
import type { Report } from "../events.ts";
import { enabledSources, type Registry } from "../open.ts";
import { importedOrigins } from "./origins.ts";

/** The archives are durable, and the origins are known. The caller holds the lock. */
export async function takePointers(
  registry: Registry,
  { pointers, series }: Manifest,
  report: Report,
): Promise<void> {
  const assets = pointers["assets.json"];
  const symbols = pointers["symbols.json"];
  const skip = (file: string, why: string) =>
    report({ type: "warning", message: `${file} is not taken over: ${why}` });
  try {
    if (assets) await takeAssets(registry, assets, (why) => skip("assets.json", why));
    if (symbols) await takeSymbols(registry, symbolsIn(symbols), series, skip);
  } catch (error) {
    // Of another shape, in a bundle that somebody made otherwise.
    if (!(error instanceof TypeError)) throw error;
    skip("what stands beside the index", error.message);
  }
}

/** Programs of which the same is here already stay as they are. */
async function takeAssets(
  registry: Registry,
  assets: object,
  skip: (why: string) => void,
): Promise<void> {
  const { archives } = registry;
  const known = readAssets(registry);
  const added = new Map<string, Sha256>();
  for (const [path, sha256] of assetsIn(assets)) {
    const here = known.get(path);
    if (here !== undefined && archives.has(here)) continue;
    if (archives.has(sha256)) added.set(path, sha256);
    else skip(`${path} is ${sha256}, which is not here`);
  }
  await addAssets(registry, added);
}

/** Those of a source that is asked here, or that other bundles bring, stay. */
async function takeSymbols(
  registry: Registry,
  pointer: SymbolsPointer,
  series: string,
  skip: (file: string, why: string) => void,
): Promise<void> {
  const { archives, paths } = registry;
  if (pointer.sha256 === null) return;
  const here = readSymbolsPointer(registry);
  const others = importedOrigins(paths).filter((origin) => origin.series !== series);
  const isElsewhere = [...enabledSources(registry), ...others].some(
    ({ name }) => name === here?.source,
  );
  if (here?.sha256 && archives.has(here.sha256) && isElsewhere) return;
  if (archives.has(pointer.sha256)) await writeSymbols(registry, pointer);
  else skip("symbols.json", `${pointer.sha256} is not here`);
}
