/**
 * What clients are shown. A view is a pure function of the origins' trees and of which archives are
 * to be listed; a file of which every line stays keeps its blob, so a view costs what it changes.
 */
import type { ObjectBatch, ObjectReader, Oid } from "../git/mod.ts";
import { type Entry, encodeModuleFile, type ModuleFile, parseModuleFile } from "./entry.ts";
import type { Overlay, Owned } from "./overlay.ts";
import { writeIndexTree } from "./tree.ts";

/** A module with its lines, and whose they are. */
export interface CatalogModule extends ModuleFile {
  readonly origin: string;
  readonly blob: Oid;
}

/** Every module of an overlay, read. */
export type Catalog = ReadonlyMap<string, CatalogModule>;

/** @throws {MissingObjectError} when the repository lacks a blob that a tree names */
export function readCatalog(objects: ObjectReader, { modules }: Overlay<Oid>): Catalog {
  const read = ([module, { origin, blob }]: [string, Owned<Oid>]) =>
    [module, { origin, blob, ...parseModuleFile(module, objects.read(blob).data) }] as const;
  return new Map([...modules].map(read));
}

/**
 * Adds a view's new objects to a batch. A module none of whose lines is listed is not in it.
 *
 * @returns its root tree, and the blob of each module in it
 */
export function writeView(
  batch: ObjectBatch,
  catalog: Catalog,
  isListed: (entry: Entry) => boolean,
): { tree: Oid; files: ReadonlyMap<string, Oid> } {
  const files = new Map<string, Oid>();
  for (const [module, { blob, lines, bad }] of catalog) {
    const listed = lines.filter(({ entry }) => isListed(entry));
    if (listed.length === 0) continue;
    const unchanged = listed.length === lines.length && bad.length === 0;
    files.set(module, unchanged ? blob : batch.add("blob", encodeModuleFile(listed)));
  }
  return { tree: writeIndexTree(batch, files), files };
}
