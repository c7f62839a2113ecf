/**
 * What a source changed about the past. Versions may disappear upstream, and that is followed; but a
 * version whose archive is stored never gets another checksum: its line is pinned as it was.
 *
 *     refs/pins/<source>    an index of the pinned lines
 */
import { createObjectBatch, type Oid, readRef, writeRef } from "../git/mod.ts";
import {
  commitChange,
  encodeModuleFile,
  type IndexLine,
  parseModuleFile,
  readIndexTree,
  writeIndexTree,
} from "../index/mod.ts";
import type { Report } from "./events.ts";
import type { Registry } from "./open.ts";

export const pinsRef = (source: string): string => `refs/pins/${source}`;

/** The pinned lines of a source: a blob a module. */
export function readPins({ objects, paths }: Registry, source: string): ReadonlyMap<string, Oid> {
  const tip = readRef(paths.index, pinsRef(source));
  return tip === undefined ? new Map() : readIndexTree(objects, objects.commit(tip).tree);
}

/**
 * Compares a source's index with the one before. Warns of versions that disappeared or changed, and
 * pins the changed ones that are stored.
 */
export async function guardHistory(
  registry: Registry,
  source: string,
  before: Oid,
  after: Oid,
  report: Report,
): Promise<void> {
  const { objects, archives, paths } = registry;
  const old = readIndexTree(objects, objects.commit(before).tree);
  const now = readIndexTree(objects, objects.commit(after).tree);
  const read = (module: string, blob: Oid | undefined): readonly IndexLine[] =>
    blob === undefined ? [] : parseModuleFile(module, objects.read(blob).data).lines;
  const warn = (message: string) =>
    report({ type: "warning", message: `source ${source}: ${message}` });

  const pinned = new Map(readPins(registry, source));
  let isNew = false;
  const batch = createObjectBatch(paths.index, objects.has);
  for (const [module, blob] of old) {
    const next = now.get(module);
    if (next === blob) continue;
    const lines = new Map(read(module, next).map((line) => [line.entry.version, line.entry]));
    const toPin: IndexLine[] = [];
    for (const line of read(module, blob)) {
      const { version, checksum } = line.entry;
      const entry = lines.get(version);
      if (!entry) warn(`${module}@${version} has disappeared`);
      else if (entry.checksum !== checksum && !archives.has(checksum)) {
        warn(`${module}@${version} has another checksum than before`);
      } else if (entry.checksum !== checksum) {
        warn(`${module}@${version} has another checksum than what is stored; it is not taken over`);
        toPin.push(line);
      }
    }
    if (toPin.length === 0) continue;
    isNew = true;
    const kept = new Map(
      read(module, pinned.get(module)).map((line) => [line.entry.version, line]),
    );
    // The first pin stands: it is what clients have had longest.
    for (const line of toPin) if (!kept.has(line.entry.version)) kept.set(line.entry.version, line);
    pinned.set(module, batch.add("blob", encodeModuleFile([...kept.values()])));
  }
  if (!isNew) return;
  const parent = readRef(paths.index, pinsRef(source));
  const commit = commitChange(batch, objects, {
    parent,
    tree: writeIndexTree(batch, pinned),
    time: objects.commit(after).time,
    modules: [...pinned.keys()].sort(),
  });
  await batch.write();
  if (commit) await writeRef(paths.index, pinsRef(source), commit);
}
