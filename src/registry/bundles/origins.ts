/**
 * Where modules come from that a bundle brought: sources of the registry that made it. Their indexes
 * are refs here as they are there, and they take part in the overlay with the priority that they have
 * there; but nobody asks them for anything. A source that is configured here under the same name
 * takes an origin's place.
 */
import { join } from "node:path";
import type { BundleOrigin } from "../../bundles/mod.ts";
import { writeDurably } from "../../files/mod.ts";
import { readJsonFile } from "../json-file.ts";
import type { DataPaths } from "../paths.ts";

export interface ImportedOrigin extends BundleOrigin {
  /** Whose bundles bring it. */
  readonly series: string;
}

const originsPath = (paths: DataPaths): string => join(paths.bundles, "origins.json");

/** The first to be asked first. */
export function importedOrigins(paths: DataPaths): ImportedOrigin[] {
  const hint = "take it from a backup; `import` writes it anew with the next bundle";
  return readJsonFile(originsPath(paths), hint, originsIn) ?? [];
}

function originsIn(json: unknown): ImportedOrigin[] {
  const { origins } = json as { origins: ImportedOrigin[] };
  if (Array.isArray(origins)) return origins;
  throw new TypeError("it lists no origins");
}

export async function writeOrigins(
  paths: DataPaths,
  origins: readonly ImportedOrigin[],
): Promise<void> {
  const text = JSON.stringify({ version: 1, origins }, null, 2);
  await writeDurably(originsPath(paths), `${text}\n`);
}
