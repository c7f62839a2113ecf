/**
 * The symbol index that clients search offline: `symbols.zip` of one source, kept in the store under
 * its hash. `symbols.json` says which hash that is.
 */
import { join } from "node:path";
import type { Sha256 } from "../archives/mod.ts";
import type { SourceConfig } from "../config/mod.ts";
import { DownloadError, download } from "../download/mod.ts";
import { writeDurably } from "../files/mod.ts";
import { symbolsRequest } from "../sources/mod.ts";
import type { Report } from "./events.ts";
import { readJsonFile } from "./json-file.ts";
import type { Registry } from "./open.ts";

export interface StoredSymbols {
  readonly body: Blob;
  readonly sha256: string;
}

/** Dozens of times the public registry's. */
const MAX_SYMBOLS = 256 * 1024 * 1024;

const pointerPath = ({ paths }: Pick<Registry, "paths">): string =>
  join(paths.root, "symbols.json");

/** The stored symbols, or undefined when no source had any. @throws {Failure} "integrity" */
export async function openSymbols(
  registry: Pick<Registry, "paths" | "archives">,
): Promise<StoredSymbols | undefined> {
  const hint = "delete it; the next `sync` that brings something new fetches it again";
  const sha256 = readJsonFile(pointerPath(registry), hint, hashIn);
  const body = sha256 && (await registry.archives.get(sha256));
  return body ? { body, sha256 } : undefined;
}

function hashIn(json: unknown): Sha256 {
  const { sha256 } = json as { sha256: unknown };
  if (typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256)) return sha256;
  throw new TypeError("it names no archive");
}

/** Takes a source's symbols over. That it has none is nothing to speak of; clients do without. */
export async function refreshSymbols(
  registry: Registry,
  source: SourceConfig,
  report: Report,
): Promise<void> {
  try {
    const store = (body: Uint8Array | AsyncIterable<Uint8Array>) => registry.archives.put(body);
    const { sha256 } = await download(symbolsRequest(source), store, { maxBytes: MAX_SYMBOLS });
    const pointer = `${JSON.stringify({ sha256, source: source.name })}\n`;
    await writeDurably(pointerPath(registry), pointer);
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (error.kind === "not-found") return;
    report({ type: "warning", message: `source ${source.name}: symbols.zip: ${error.message}` });
  }
}
