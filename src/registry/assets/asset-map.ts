/**
 * Which prebuilt programs are here: a map from paths to archives of the store.
 *
 *     assets.json     {"format": 1, "assets": {"moonbitlang/yacc@0.7.8/yacc.wasm": "<sha256>"}}
 */
import { statSync } from "node:fs";
import type { Sha256 } from "../../archives/mod.ts";
import { writeDurably } from "../../files/mod.ts";
import { readJsonFile } from "../json-file.ts";
import type { Registry } from "../open.ts";

export type AssetMap = ReadonlyMap<string, Sha256>;

const FORMAT = 1;

/** @throws {Failure} "integrity" when it is not what this program writes */
export function readAssets(registry: Pick<Registry, "paths">): AssetMap {
  const hint = "delete it, then `mirror --assets` again";
  return readJsonFile(registry.paths.assets, hint, assetsIn) ?? new Map();
}

/** @throws {TypeError} for JSON that is no such map */
export function assetsIn(json: unknown): AssetMap {
  const { format, assets } = json as { format: number; assets: object };
  const map = Object.entries(assets) as [string, Sha256][];
  if (format === FORMAT && map.every(([, sha256]) => /^[0-9a-f]{64}$/.test(sha256))) {
    return new Map(map);
  }
  throw new TypeError("it is no map of programs");
}

/** The map as it is now: read again when its file changes. */
export function followAssets(registry: Pick<Registry, "paths">): () => AssetMap {
  let seen = "";
  let current: AssetMap = new Map();
  return () => {
    const stat = statSync(registry.paths.assets, { throwIfNoEntry: false });
    const stamp = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
    if (stamp !== seen) current = readAssets(registry);
    seen = stamp;
    return current;
  };
}

/**
 * Adds to the map what is stored: what was fetched a while ago may have been collected since. The caller
 * holds the lock.
 */
export async function addAssets(
  registry: Pick<Registry, "paths" | "archives">,
  added: AssetMap,
): Promise<void> {
  const stored = [...added].filter(([, sha256]) => registry.archives.has(sha256));
  if (stored.length > 0) await writeAssets(registry, [...readAssets(registry), ...stored]);
}

/** Takes paths out of the map. The caller holds the lock. */
export async function dropAssets(
  registry: Pick<Registry, "paths">,
  dropped: readonly string[],
): Promise<void> {
  if (dropped.length === 0) return;
  const isKept = ([path]: [string, Sha256]) => !dropped.includes(path);
  await writeAssets(registry, [...readAssets(registry)].filter(isKept));
}

async function writeAssets(
  registry: Pick<Registry, "paths">,
  all: [string, Sha256][],
): Promise<void> {
  const assets = Object.fromEntries(new Map(all.sort(([a], [b]) => (a < b ? -1 : 1))));
  const text = `${JSON.stringify({ format: FORMAT, assets })}\n`;
  await writeDurably(registry.paths.assets, text);
}
