/**
 * The symbol index that clients search offline: `symbols.zip` of one source, kept in the store under
 * its hash. `symbols.json` says which hash that is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, download } from "../download/mod.ts";
import { systemCode } from "../errors.ts";
import { writeDurably } from "../files/mod.ts";
import { symbolsRequest } from "../sources/mod.ts";
import type { Report } from "./events.ts";
import type { Registry } from "./open.ts";

export interface StoredSymbols {
  readonly body: Blob;
  readonly sha256: string;
}

const pointerPath = (registry: Registry): string => join(registry.paths.root, "symbols.json");

/** The stored symbols, or undefined when no source had any. */
export async function openSymbols(registry: Registry): Promise<StoredSymbols | undefined> {
  let text: string;
  try {
    text = readFileSync(pointerPath(registry), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const { sha256 } = JSON.parse(text) as { sha256: string };
  const body = await registry.archives.get(sha256);
  return body && { body, sha256 };
}

/** Takes a source's symbols over. That it has none is nothing to speak of; clients do without. */
export async function refreshSymbols(
  registry: Registry,
  source: SourceConfig,
  report: Report,
): Promise<void> {
  try {
    const { sha256 } = await download(symbolsRequest(source), (body) =>
      registry.archives.put(body),
    );
    const pointer = `${JSON.stringify({ sha256, source: source.name })}\n`;
    await writeDurably(pointerPath(registry), pointer);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (error.kind === "not-found") return;
    report({ type: "warning", message: `source ${source.name}: symbols.zip: ${error.message}` });
  }
}
