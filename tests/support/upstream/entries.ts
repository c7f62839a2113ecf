/**
 * Index lines of a sample upstream. `sample-index.jsonl` holds lines of the public index as they
 * are, byte for byte: 31 modules with nested and non-ASCII names, dependencies across owners, as
 * objects and for building, versions with pre-releases and build metadata. What is needed is in it,
 * but for what the public index lacks too: `moonbitlang/x` 0.4.39, which `moonbitlang/parser` 0.1.16
 * asks for, and `moonbitlang/wasm5`, which `mizchi/ts` knows by a path only.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface SampleEntry {
  readonly module: string;
  readonly version: string;
  /** Lower-case hex SHA-256 of the archive. */
  readonly checksum: string;
  /** The whole JSON line, without its end. */
  readonly line: string;
}

/** Reads JSON Lines. */
export function parseEntries(text: string): SampleEntry[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const entry = JSON.parse(line) as { name: string; version: string; checksum: string };
      return { module: entry.name, version: entry.version, checksum: entry.checksum, line };
    });
}

/** The lines of the sample upstream; their checksums are those of the public archives. */
export function sampleIndex(): SampleEntry[] {
  return parseEntries(readFileSync(join(import.meta.dir, "sample-index.jsonl"), "utf8"));
}

/** The entry for another archive. Every other byte of its line stays. */
export function withChecksum(entry: SampleEntry, checksum: string): SampleEntry {
  const line = entry.line.replace(/("checksum":\s*")[0-9a-f]{64}"/, `$1${checksum}"`);
  return { ...entry, checksum, line };
}

/** The version that a module has after one of its versions: its line, under another number. */
export function nextVersion(entry: SampleEntry): SampleEntry {
  const version = `${Number.parseInt(entry.version, 10) + 1}.0.0`;
  return { ...entry, version, line: JSON.stringify({ ...JSON.parse(entry.line), version }) };
}

/** The lines of each module's index file, in order. */
export function byModule(entries: Iterable<SampleEntry>): Record<string, string[]> {
  const modules: Record<string, string[]> = {};
  for (const { module, line } of entries) {
    modules[module] ??= [];
    modules[module].push(line);
  }
  return modules;
}
