/**
 * Lists in the stored view what a server fetched on demand, a moment after it came: together, as each
 * change is a commit, and by itself, so that what was fetched once is there for `--offline` without
 * another `sync`.
 */
import { hasCode, messageOf } from "../../errors.ts";
import { createObjectBatch, type Oid, readRef } from "../../git/mod.ts";
import {
  commitTo,
  editIndexTree,
  encodeModuleFile,
  openModules,
  openSnapshot,
} from "../../index/mod.ts";
import type { Registry } from "../open.ts";
import { ALL_VIEW, STORED_VIEW } from "../paths.ts";
import { viewTrees } from "../views/offer.ts";
import { rememberMore } from "../views/store-change.ts";
import { readViewRecord, recordViews } from "../views/view-record.ts";
import { moving, PATIENCE_MS } from "../writing.ts";

/** After the first archive that is not listed yet. */
const WAIT_MS = 1_000;
/** When another process writes. What it writes is no mirror, perhaps, so it is done again here. */
const BUSY_MS = 5_000;

export interface StoredListing {
  /** An archive of this module was stored. */
  add(module: string): void;
  /** Lists what is left. */
  close(): Promise<void>;
}

export function createStoredListing(
  registry: Registry,
  warn: (message: string) => void,
): StoredListing {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> = Promise.resolve();

  const list = async (): Promise<void> => {
    timer = undefined;
    const modules = [...waiting];
    waiting.clear();
    try {
      await moving(registry, "serve", () => listStored(registry, modules), PATIENCE_MS.putOff);
    } catch (error) {
      for (const module of modules) waiting.add(module);
      if (hasCode(error, "busy")) return schedule(BUSY_MS);
      // They are stored and served all the same, and the next sync lists them.
      waiting.clear();
      warn(`what was fetched on demand is not listed as stored: ${messageOf(error)}`);
    }
  };
  const schedule = (ms: number): void => {
    timer ??= setTimeout(() => {
      running = list();
    }, ms);
  };

  return {
    add(module) {
      waiting.add(module);
      schedule(WAIT_MS);
    },
    async close() {
      await running;
      clearTimeout(timer);
      if (waiting.size > 0) await list();
      clearTimeout(timer);
    },
  };
}

/** Lists in the stored view what is stored of these modules by now. The caller holds the lock. */
async function listStored(registry: Registry, modules: Iterable<string>): Promise<void> {
  const { objects, archives, paths } = registry;
  const all = readRef(paths.index, ALL_VIEW);
  if (all === undefined) return;
  const before = viewTrees(registry);
  const listed = openSnapshot(objects, all);
  const blobs = openModules(objects, objects.commit(all).tree);
  const batch = createObjectBatch(paths.index, objects.has);
  const files = new Map<string, Oid>();
  const hashes: string[] = [];
  for (const module of modules) {
    const lines = listed.module(module)?.lines ?? [];
    const stored = lines.filter(({ entry }) => archives.has(entry.checksum));
    if (stored.length === 0) continue;
    const isAll = stored.length === lines.length;
    files.set(module, isAll ? blobs.get(module)! : batch.add("blob", encodeModuleFile(stored)));
    hashes.push(...stored.map(({ entry }) => entry.checksum));
  }
  if (files.size === 0) return;
  const commit = {
    parent: readRef(paths.index, STORED_VIEW),
    tree: editIndexTree(batch, objects, before.stored ?? undefined, files),
    time: objects.commit(all).time,
    modules: [...files.keys()].sort(),
  };
  await commitTo(paths.index, objects, batch, new Map([[STORED_VIEW, commit]]));
  const record = readViewRecord(paths);
  const isCurrent = record?.views.all === before.all && record.views.stored === before.stored;
  if (!isCurrent) return;
  const stored = await rememberMore(record.stored, hashes);
  await recordViews(paths, { ...record, views: viewTrees(registry), stored }, record);
}
