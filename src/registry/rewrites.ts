/**
 * What a source changed about the past. Versions may disappear upstream, and that is followed; but a
 * version whose archive is stored never gets another checksum: its line is pinned as it was.
 *
 *     refs/pins/<source>    an index of the pinned lines
 */
import { createObjectBatch, type Oid, readRef } from "../git/mod.ts";
import {
  changedModules,
  commitTo,
  editIndexTree,
  encodeModuleFile,
  type IndexLine,
  openModules,
  parseModuleFile,
} from "../index/mod.ts";
import type { Report } from "./events.ts";
import type { Registry } from "./open.ts";

export const pinsRef = (source: string): string => `refs/pins/${source}`;

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
  const treeOf = (commit: Oid) => objects.commit(commit).tree;
  const read = (module: string, blob: Oid | undefined): readonly IndexLine[] =>
    blob === undefined ? [] : parseModuleFile(module, objects.read(blob).data).lines;
  const warn = (message: string) =>
    report({ type: "warning", message: `source ${source}: ${message}` });

  const parent = readRef(paths.index, pinsRef(source));
  const root = parent === undefined ? undefined : treeOf(parent);
  const pins = root === undefined ? undefined : openModules(objects, root);
  const pinned = new Map<string, Oid>();
  const batch = createObjectBatch(paths.index, objects.has);
  for (const [module, change] of changedModules(objects, treeOf(before), treeOf(after))) {
    const next = read(module, change.after);
    const lines = new Map(next.map((line) => [line.entry.version, line.entry]));
    const toPin: IndexLine[] = [];
    for (const line of read(module, change.before)) {
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
    const kept = new Map(read(module, pins?.get(module)).map((line) => [line.entry.version, line]));
    // The first pin stands: it is what clients have had longest.
    for (const line of toPin) if (!kept.has(line.entry.version)) kept.set(line.entry.version, line);
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
