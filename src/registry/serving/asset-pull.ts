/** Prebuilt programs as a server gives them: what is stored, and what it may fetch. */
import type { Sha256 } from "../../archives/mod.ts";
import { DownloadError } from "../../download/mod.ts";
import { Failure, hasCode } from "../../errors.ts";
import type { Entry, IndexLine } from "../../index/mod.ts";
import { createShared } from "../../kept.ts";
import { createLru } from "../../lru.ts";
import { addAssets, followAssets } from "../assets/asset-map.ts";
import { type AssetName, parseAssetPath } from "../assets/asset-paths.ts";
import { fetchAsset, programsOf } from "../assets/assets.ts";
import type { Registry } from "../open.ts";
import { moving, PATIENCE_MS } from "../writing.ts";
import { createFailureMemory } from "./failure-memory.ts";
import type { FindOwner } from "./owner.ts";
import { patienceWith } from "./pull.ts";
import { createTurns } from "./turns.ts";

export interface StoredAsset {
  readonly body: Blob;
  readonly sha256: Sha256;
}

export interface AssetPullOptions {
  readonly registry: Registry;
  readonly owner: FindOwner;
  /** Open no connection. */
  readonly isOffline: () => boolean;
  /** The version, if clients may have it. @throws {Failure} for one that they may not */
  readonly find: (module: string, version: string) => IndexLine | undefined;
  readonly warn: (message: string) => void;
}

/** Of a path: anybody may ask for any, and they are remembered for a while. */
const MAX_PATH = 1_000;
/** Any path below a listed version may be a program's, so strangers could ask a source for any number. */
const AT_ONCE = 8;
const MOST_WAITING = 100;
/** Versions of which the programs are remembered. */
const MOST_KNOWN = 1_000;

type Found = Sha256 | undefined | Failure;

/** Finds a program by its path below `/assets/`; undefined when there is none. */
export function createAssets(
  options: AssetPullOptions,
): (path: string) => Promise<StoredAsset | undefined> {
  const { registry, find, isOffline } = options;
  const known = followAssets(registry);
  /** Fetched, and not in the map yet as somebody else was writing. */
  const unwritten = new Map<string, Sha256>();
  const shared = createShared<Found>();
  /** That a source has no such program, or does not answer. */
  const failures = createFailureMemory<Found>();
  const inTurn = createTurns(AT_ONCE, MOST_WAITING);
  const programs = createLru<string, readonly string[]>(MOST_KNOWN, () => 1);

  /** Of a version that is not stored here it may be. */
  const mayBe = async ({ packagePath }: AssetName, line: IndexLine): Promise<boolean> => {
    const { module, version, checksum } = line.entry;
    const key = `${module}@${version} ${checksum}`;
    const known = programs.get(key);
    if (known) return known.includes(packagePath);
    const archive = await registry.archives.get(checksum);
    return !archive || programs.set(key, await programsOf(archive, line)).includes(packagePath);
  };

  const pull = async (path: string, name: AssetName, line: IndexLine): Promise<Found> => {
    const found = await inTurn(async () =>
      (await mayBe(name, line)) ? await tryFetch(options, path, line.entry) : undefined,
    );
    if (typeof found === "string") {
      unwritten.set(path, found);
      await persist(options, unwritten);
    } else failures.remember(path, found);
    return found;
  };

  return async (path) => {
    const name = path.length <= MAX_PATH ? parseAssetPath(path) : undefined;
    const line = name && find(name.module, name.version);
    if (!line) return undefined;
    const here = known().get(path) ?? unwritten.get(path);
    const stored = here && (await registry.archives.get(here));
    if (stored) return { body: stored, sha256: here };
    if (isOffline()) return undefined;
    const failed = failures.find(path);
    const found = failed ? failed.outcome : await shared(path, () => pull(path, name, line));
    if (found instanceof Failure) throw found;
    const body = found && (await registry.archives.get(found));
    return body ? { body, sha256: found! } : undefined;
  };
}

async function tryFetch(
  { registry, owner }: AssetPullOptions,
  path: string,
  entry: Entry,
): Promise<Found> {
  const source = owner(entry.module)?.provider(entry);
  if (!source) return undefined;
  try {
    return await fetchAsset(registry, source, path, patienceWith(source));
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const code = error.kind === "timeout" ? "timeout" : "upstream";
    const what = `${path} could not be fetched from source ${source.name}`;
    return new Failure(code, `${what}: ${error.message}`, undefined, { cause: error });
  }
}

/** Writes the map, or leaves that to the next time. */
async function persist(
  { registry, warn }: AssetPullOptions,
  unwritten: Map<string, Sha256>,
): Promise<void> {
  const added = new Map(unwritten);
  try {
    await moving(registry, "serve", () => addAssets(registry, added), PATIENCE_MS.putOff);
    for (const path of added.keys()) unwritten.delete(path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (!hasCode(error, "busy")) warn(`a fetched program is not remembered: ${error.message}`);
  }
}
