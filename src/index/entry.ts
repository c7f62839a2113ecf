/**
 * Entries: one JSON line a version, in the order of publishing. A line that is not changed keeps its
 * bytes, and fields that are not known here keep their place.
 */
import { isRecord } from "../record.ts";
import { isPlainVersion } from "../resolve/mod.ts";

/** What this registry reads of an entry. */
export interface Entry {
  readonly module: string;
  readonly version: string;
  /** SHA-256 of the archive, lower-case hex. */
  readonly checksum: string;
  /** Milliseconds since the epoch; old entries have none. */
  readonly createdAt: number | undefined;
  readonly dependencies: readonly Dependency[];
  /** Why no range may choose it, possibly empty; undefined when it was not yanked. */
  readonly yanked: string | undefined;
}

export interface Dependency {
  readonly module: string;
  /** As written: nearly always a plain version, which is a minimum. */
  readonly version: string;
  /** A program that its module is built with: nobody needs it who only uses the module. */
  readonly binary?: true;
}

export interface IndexLine {
  readonly entry: Entry;
  /** The line's own bytes, without its end. */
  readonly bytes: Buffer;
}

/** A line that no client could use. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ModuleFile {
  readonly lines: readonly IndexLine[];
  readonly bad: readonly BadLine[];
}

/** Reads a module's file. A bad line is reported and left out; the others stand. */
export function parseModuleFile(module: string, data: Buffer): ModuleFile {
  const lines: IndexLine[] = [];
  const bad: BadLine[] = [];
  const seen = new Set<string>();
  let number = 0;
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0x0a, at);
    const bytes = data.subarray(at, end < 0 ? data.length : end);
    at += bytes.length + 1;
    number++;
    if (bytes.length === 0) continue;
    const entry = parseEntry(module, bytes);
    if (typeof entry === "string") bad.push({ line: number, problem: entry });
    else if (seen.has(entry.version)) {
      bad.push({ line: number, problem: `version ${entry.version} is there already` });
    } else {
      seen.add(entry.version);
      lines.push({ entry, bytes });
    }
  }
  return { lines, bad };
}

/** A file of these lines. */
export function encodeModuleFile(lines: readonly IndexLine[]): Buffer {
  const end = Buffer.from("\n");
  return Buffer.concat(lines.flatMap(({ bytes }) => [bytes, end]));
}

/** The entry, or what is wrong with the line. */
function parseEntry(module: string, bytes: Buffer): Entry | string {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch {
    return "not JSON";
  }
  if (!isRecord(json)) return "not a JSON object";
  const { name, version, checksum, created_at: created } = json;
  if (name !== module) return `named ${JSON.stringify(name)} instead of ${JSON.stringify(module)}`;
  if (typeof version !== "string" || !isPlainVersion(version)) {
    return `version ${JSON.stringify(version)} is not a semantic version`;
  }
  if (typeof checksum !== "string" || !/^[0-9a-f]{64}$/.test(checksum)) {
    return "checksum is not a lower-case SHA-256";
  }
  const time = typeof created === "string" ? Date.parse(created) : Number.NaN;
  return {
    module,
    version,
    checksum,
    createdAt: Number.isNaN(time) ? undefined : time,
    dependencies: [
      ...dependencies(json.deps),
      ...dependencies(json["bin-deps"]).map((wish) => ({ ...wish, binary: true as const })),
    ],
    yanked: json.yanked === true ? String(json.yanked_reason ?? "") : undefined,
  };
}

function dependencies(field: unknown): Dependency[] {
  if (!isRecord(field)) return [];
  return Object.entries(field).flatMap(([module, wish]) => {
    if (typeof wish === "string") return [{ module, version: wish }];
    // A dependency with a path is a folder beside the module: no registry has it.
    if (!isRecord(wish) || "path" in wish || typeof wish.version !== "string") return [];
    return [{ module, version: wish.version }];
  });
}
