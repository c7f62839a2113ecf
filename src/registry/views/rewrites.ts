/**
 * What a source changed about the past. Versions may disappear upstream, and that is followed; but a
 * version whose archive is stored never gets another checksum: its line is pinned as it was, also when it
 * disappears, as it may come back. What is pinned is not collected, but by a policy that keeps the latest.
 *
 *     refs/pins/<source>    an index of the pinned lines
 */
import { createObjectBatch, listRefs, type Oid, readRef } from "../../git/mod.ts";
import {
  changedModules,
  commitTo,
  type Entry,
  editIndexTree,
  encodeModuleFile,
  type IndexLine,
  openModules,
  openSnapshot,
  parseModuleFile,
} from "../../index/mod.ts";
import { sourceRef } from "../../sources/mod.ts";
import type { Report } from "../events.ts";
import type { Registry } from "../open.ts";

const PINS = "refs/pins/";

export const pinsRef = (source: string): string => PINS + source;

/**
 * Compares a source's index with the one before. Warns of versions that disappeared or changed, and
 * pins those of them that are stored.
 */
export async function guardHistory(
  registry: Registry,
  source: string,
  before: Oid,
  after: Oid,
  report: Report,
): Promise<void> {
  const { objects, archives, paths } = registry;
  const treeOf = (commit: Oid) => objects.commit(commit).tree;
  const read = (module: string, blob: Oid | undefined): Map<string, IndexLine> => {
    const data = blob === undefined ? Buffer.alloc(0) : objects.read(blob).data;
    return new Map(parseModuleFile(module, data).lines.map((line) => [line.entry.version, line]));
  };
  const warn = (message: string) =>
    report({ type: "warning", message: `source ${source}: ${message}` });

  const parent = readRef(paths.index, pinsRef(source));
  const root = parent === undefined ? undefined : treeOf(parent);
  const pins = root === undefined ? undefined : openModules(objects, root);
  const pinned = new Map<string, Oid>();
  const batch = createObjectBatch(paths.index, objects.has);
  for (const [module, change] of changedModules(objects, treeOf(before), treeOf(after))) {
    const next = read(module, change.after);
    const past = read(module, change.before);
    const kept = read(module, pins?.get(module));
    const known = kept.size;
    for (const [version, line] of past) {
      const now = next.get(version)?.entry;
      if (now?.checksum === line.entry.checksum) continue;
      // The first pin stands: it is what clients have had longest.
      if (!kept.has(version) && archives.has(line.entry.checksum)) kept.set(version, line);
      if (!now) warn(`${module}@${version} has disappeared`);
      else if (!kept.has(version)) warn(`${module}@${version} has another checksum than before`);
    }
    for (const [version, { entry }] of next) {
      const pin = kept.get(version)?.entry.checksum ?? entry.checksum;
      if (pin === entry.checksum || past.get(version)?.entry.checksum === entry.checksum) continue;
      warn(`${module}@${version} has another checksum than what is stored; it is not taken over`);
    }
    if (kept.size === known) continue;
    pinned.set(module, batch.add("blob", encodeModuleFile([...kept.values()])));
  }
  if (pinned.size === 0) return;
  const commit = {
    parent,
    tree: editIndexTree(batch, objects, root, pinned),
    time: objects.commit(after).time,
    modules: [...pinned.keys()].sort(),
  };
  await commitTo(paths.index, objects, batch, new Map([[pinsRef(source), commit]]));
}

/** A pinned line that stands for nothing at the moment, as its source does not list the version. */
export interface IdlePin {
  readonly ref: string;
  readonly entry: Entry;
}

/** What disappeared, and is kept in case that it comes back with other bytes. */
export function idlePins({ objects, paths }: Registry): IdlePin[] {
  const found: IdlePin[] = [];
  for (const [ref, tip] of listRefs(paths.index, PINS)) {
    const source = readRef(paths.index, sourceRef(ref.slice(PINS.length)));
    const listed = source === undefined ? undefined : openSnapshot(objects, source);
    const pinned = openSnapshot(objects, tip);
    for (const module of pinned.modules().keys()) {
      for (const { entry } of pinned.module(module)!.lines) {
        if (!listed?.version(module, entry.version)) found.push({ ref, entry });
      }
    }
  }
  return found;
}

/** Pins them no longer. The caller holds the lock. */
export async function dropPins({ objects, paths }: Registry, pins: readonly IdlePin[]) {
  for (const [ref, ofRef] of Map.groupBy(pins, (pin) => pin.ref)) {
    const parent = readRef(paths.index, ref)!;
    const pinned = openSnapshot(objects, parent);
    const batch = createObjectBatch(paths.index, objects.has);
    const files = new Map<string, Oid | undefined>();
    for (const [module, going] of Map.groupBy(ofRef, ({ entry }) => entry.module)) {
      const gone = new Set(going.map(({ entry }) => entry.version));
      const left = pinned.module(module)!.lines.filter(({ entry }) => !gone.has(entry.version));
      files.set(module, left.length > 0 ? batch.add("blob", encodeModuleFile(left)) : undefined);
    }
    const { tree, time } = objects.commit(parent);
    const change = {
      parent,
      tree: editIndexTree(batch, objects, tree, files),
      time,
      modules: [...files.keys()].sort(),
    };
    await commitTo(paths.index, objects, batch, new Map([[ref, change]]));
  }
}
