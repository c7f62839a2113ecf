/**
 * The symbol index that clients search offline: `symbols.zip` of one source, kept in the store under
 * its hash. `symbols.json` says which hash that is.
 */
import { rmSync } from "node:fs";
import type { Sha256 } from "../../archives/mod.ts";
import type { SourceConfig } from "../../config/mod.ts";
import { DownloadError, download } from "../../download/mod.ts";
import { Failure } from "../../errors.ts";
import { writeDurably } from "../../files/mod.ts";
import type { Oid } from "../../git/mod.ts";
import { symbolsRequest } from "../../sources/mod.ts";
import type { Report } from "../events.ts";
import { readJsonFile } from "../json-file.ts";
import type { Registry } from "../open.ts";
import { unlessDamaged } from "../unless-damaged.ts";

export interface StoredSymbols {
  readonly body: Blob;
  readonly sha256: string;
}

/** Dozens of times the public registry's. */
const MAX_SYMBOLS = 256 * 1024 * 1024;

export interface SymbolsPointer {
  /** Null when the source has none. */
  readonly sha256: Sha256 | null;
  /** Whose they are. */
  readonly source: string;
  /** The commit of its index that it was asked at; undefined when that was not noted. */
  readonly index?: Oid | undefined;
}

/** Undefined when no source was asked yet. @throws {Failure} "integrity" */
export function readSymbolsPointer(registry: Pick<Registry, "paths">): SymbolsPointer | undefined {
  return readJsonFile(
    registry.paths.symbols,
    "delete it; the next `sync` fetches it again",
    symbolsIn,
  );
}

/** @throws {TypeError} for JSON that is no such pointer */
export function symbolsIn(json: unknown): SymbolsPointer {
  const { sha256, source, index } = json as Partial<Record<keyof SymbolsPointer, unknown>>;
  const isHash = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
  if ((!isHash && sha256 !== null) || typeof source !== "string") {
    throw new TypeError("it names no archive");
  }
  return {
    sha256: isHash ? sha256 : null,
    source,
    ...(typeof index === "string" && { index: index as Oid }),
  };
}

/** The archive is durable already. Within `fetching`; see `writing.ts`. */
export async function writeSymbols(
  registry: Pick<Registry, "paths">,
  pointer: SymbolsPointer,
): Promise<void> {
  await writeDurably(registry.paths.symbols, `${JSON.stringify(pointer)}\n`);
}

/** The stored symbols, or undefined when no source had any. @throws {Failure} "integrity" */
export async function openSymbols(
  registry: Pick<Registry, "paths" | "archives">,
): Promise<StoredSymbols | undefined> {
  const sha256 = readSymbolsPointer(registry)?.sha256;
  const body = sha256 && (await registry.archives.get(sha256));
  return body ? { body, sha256 } : undefined;
}

/**
 * Whether a source should be asked, though its index is as it was: it was not yet, or did not answer, or what
 * it gave is gone.
 */
export function lacksSymbols(
  registry: Pick<Registry, "paths" | "archives">,
  { name }: Pick<SourceConfig, "name">,
  index: Oid,
): boolean {
  const pointer = storedPointer(registry);
  // Those of another source stay until that one's index changes, or this one's does.
  return !pointer || (pointer.source === name && pointer.index !== index);
}

/** A pointer to what is here; a damaged one is written anew. */
function storedPointer(registry: Pick<Registry, "paths" | "archives">): SymbolsPointer | undefined {
  const pointer = unlessDamaged(() => readSymbolsPointer(registry));
  if (!pointer || pointer instanceof Failure) return undefined;
  return pointer.sha256 === null || registry.archives.has(pointer.sha256) ? pointer : undefined;
}

/** As if no source had been asked. Within `fetching`. */
export function dropSymbols(registry: Pick<Registry, "paths">): void {
  rmSync(registry.paths.symbols, { force: true });
}

/**
 * Takes a source's symbols over. That it has none is nothing to speak of; clients do without.
 *
 * @param index the commit of its index
 * @throws the signal's reason
 */
export async function refreshSymbols(
  registry: Registry,
  source: SourceConfig,
  index: Oid | undefined,
  report: Report,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name } = source;
  try {
    const store = (body: Uint8Array | AsyncIterable<Uint8Array>) => registry.archives.put(body);
    const limits = { maxBytes: MAX_SYMBOLS, signal };
    const { sha256 } = await download(symbolsRequest(source), store, limits);
    await writeSymbols(registry, { sha256, source: name, index });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    if (error.kind !== "not-found") {
      report({ type: "warning", message: `source ${name}: symbols.zip: ${error.message}` });
      return;
    }
    const before = storedPointer(registry) ?? { sha256: null, source: name };
    if (before.source === name) await writeSymbols(registry, { ...before, index });
  }
}
