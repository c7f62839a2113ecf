/**
 * Which prebuilt programs are here: a map from paths to archives of the store.
 *
 *     assets.json     {"format": 1, "assets": {"moonbitlang/yacc@0.7.8/yacc.wasm": "<sha256>"}}
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Sha256 } from "../archives/mod.ts";
import { Failure, systemCode } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import type { Registry } from "./open.ts";

export type AssetMap = ReadonlyMap<string, Sha256>;

const FORMAT = 1;

const mapPath = ({ paths }: Pick<Registry, "paths">): string => join(paths.root, "assets.json");

/** @throws {Failure} "integrity" when it is not what this program writes */
export function readAssets(registry: Pick<Registry, "paths">): AssetMap {
  let text: string;
  try {
    text = readFileSync(mapPath(registry), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return new Map();
    throw error;
  }
  try {
    const { format, assets } = JSON.parse(text) as { format: number; assets: object };
    const map = Object.entries(assets) as [string, Sha256][];
    const isFine = map.every(([, sha256]) => /^[0-9a-f]{64}$/.test(sha256));
    if (format === FORMAT && isFine) return new Map(map);
  } catch (error) {
    // Also what is JSON, but of another shape.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  const hint = "delete it, then `mirror --assets` again";
  throw new Failure("integrity", `${mapPath(registry)} cannot be understood`, hint);
}

/** The map as it is now: read again when its file changes. */
export function followAssets(registry: Pick<Registry, "paths">): () => AssetMap {
  let seen = "";
  let current: AssetMap = new Map();
  return () => {
    const stat = statSync(mapPath(registry), { throwIfNoEntry: false });
    const stamp = stat ? `${stat.mtimeMs} ${stat.size} ${stat.ino}` : "";
    if (stamp !== seen) current = readAssets(registry);
    seen = stamp;
    return current;
  };
}

/** Adds to the map. The archives are durable already. The caller holds the lock. */
export async function addAssets(registry: Pick<Registry, "paths">, added: AssetMap): Promise<void> {
  if (added.size === 0) return;
  const all = [...readAssets(registry), ...added];
  const assets = Object.fromEntries(new Map(all.sort(([a], [b]) => (a < b ? -1 : 1))));
  const text = `${JSON.stringify({ format: FORMAT, assets })}\n`;
  await writeDurably(mapPath(registry), text);
}
