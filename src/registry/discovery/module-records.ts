/**
 * What lists and search know of each module: little enough to hold for a hundred thousand of them.
 * Read in slices, so that a server answers others meanwhile; after a new commit only what changed.
 */
import { createBreath } from "../../breath.ts";
import {
  type Dependency,
  type IndexLine,
  type Metadata,
  type ModuleFile,
  parseMetadata,
  splitModule,
} from "../../index/mod.ts";
import { latestVersion, newestFirst } from "../../resolve/mod.ts";

export interface ModuleRecord {
  readonly module: string;
  /** What stands before the first slash. */
  readonly owner: string;
  /** The newest release, else the newest pre-release; when all were yanked, the newest of those. */
  readonly latest: string;
  /** Whether every version was yanked: then it is in no list and no search. */
  readonly yanked: boolean;
  /** Of the latest version. */
  readonly metadata: Metadata;
  /** Of the latest version. */
  readonly dependencies: readonly Dependency[];
  readonly versions: number;
  /** When its first and its last version were published, in milliseconds since the epoch. */
  readonly firstAt: number | undefined;
  readonly lastAt: number | undefined;
}

/** Records by module, each with the blob that it was read from. */
export type Records = ReadonlyMap<string, { readonly blob: string; readonly record: ModuleRecord }>;

/**
 * @param known of an earlier commit: what has the same blob is taken over
 * @param read a module's lines; must not keep them
 */
export async function readRecords(
  modules: ReadonlyMap<string, string>,
  known: Records,
  read: (module: string, blob: string) => ModuleFile,
): Promise<Records> {
  const records = new Map<string, { blob: string; record: ModuleRecord }>();
  const breathe = createBreath();
  for (const [module, blob] of modules) {
    const before = known.get(module);
    if (before?.blob === blob) {
      records.set(module, before);
      continue;
    }
    const record = recordOf(module, read(module, blob).lines);
    if (record) records.set(module, { blob, record });
    const turn = breathe();
    if (turn) await turn;
  }
  return records;
}

/** Undefined for a module without a version. */
export function recordOf(module: string, lines: readonly IndexLine[]): ModuleRecord | undefined {
  const standing = latestLine(lines);
  const line = standing ?? [...lines].sort((a, b) => newestFirst(a.entry, b.entry))[0];
  if (!line) return undefined;
  const times = lines.flatMap(({ entry }) => entry.createdAt ?? []);
  return {
    module,
    owner: splitModule(module).owner,
    latest: line.entry.version,
    yanked: standing === undefined,
    metadata: parseMetadata(line),
    dependencies: line.entry.dependencies,
    versions: lines.length,
    firstAt: times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : undefined,
    lastAt: times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : undefined,
  };
}

/** The line of the version that is meant when none is named; undefined when all were yanked. */
export function latestLine(lines: readonly IndexLine[]): IndexLine | undefined {
  return latestVersion(lines.map(candidateOf))?.line;
}

export function candidateOf(line: IndexLine) {
  const { version, yanked } = line.entry;
  return { version, yanked: yanked !== undefined, line };
}
