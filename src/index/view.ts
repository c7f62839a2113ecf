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
  /** Whether its lines may differ from its blob's. */
  readonly edited: boolean;
}

/** Every module of an overlay, read. */
export type Catalog = ReadonlyMap<string, CatalogModule>;

/** Lines of a module that stand in place of what its origin says of the same versions now. */
export type FindPins = (origin: string, module: string) => Oid | undefined;

/** @throws {MissingObjectError} when the repository lacks a blob that a tree names */
export function readCatalog(
  objects: ObjectReader,
  { modules }: Overlay<Oid>,
  findPins: FindPins = () => undefined,
): Catalog {
  const parse = (module: string, blob: Oid) => parseModuleFile(module, objects.read(blob).data);
  const read = ([module, { origin, blob }]: [string, Owned<Oid>]): [string, CatalogModule] => {
    const file = parse(module, blob);
    const pins = findPins(origin, module);
    if (pins === undefined) return [module, { origin, blob, ...file, edited: false }];
    const stand = new Map(parse(module, pins).lines.map((line) => [line.entry.version, line]));
    const lines = file.lines.map((line) => stand.get(line.entry.version) ?? line);
    return [module, { origin, blob, lines, bad: file.bad, edited: true }];
  };
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
  for (const [module, { blob, lines, bad, edited }] of catalog) {
    const listed = lines.filter(({ entry }) => isListed(entry));
    if (listed.length === 0) continue;
    const unchanged = listed.length === lines.length && bad.length === 0 && !edited;
    files.set(module, unchanged ? blob : batch.add("blob", encodeModuleFile(listed)));
  }
  return { tree: writeIndexTree(batch, files), files };
}
