/**
 * What clients are shown. A module's file in a view is a pure function of what its owner says of it
 * and of which archives are to be listed; a file of which every line stays keeps its blob.
 */
import type { ObjectBatch, ObjectReader, Oid } from "../git/mod.ts";
import { type Entry, encodeModuleFile, type ModuleFile, parseModuleFile } from "./entry.ts";
import type { Modules } from "./modules.ts";
import type { Owned } from "./overlay.ts";

/** A module with its lines, and whose they are. */
export interface CatalogModule extends ModuleFile {
  readonly origin: string;
  readonly blob: Oid;
  /** Whether its lines may differ from its blob's. */
  readonly edited: boolean;
}

/** Modules with their lines, each read when it is asked for. */
export type Catalog = Modules<CatalogModule>;

/**
 * Reads a module.
 *
 * @param pins lines that stand in place of what its owner says of the same versions now, if that is about
 *   other archives
 * @throws {MissingObjectError} when the repository lacks a blob that a tree names
 */
export function readModule(
  objects: ObjectReader,
  module: string,
  { origin, blob }: Owned<Oid>,
  pins: Oid | undefined,
): CatalogModule {
  const parse = (file: Oid) => parseModuleFile(module, objects.read(file).data);
  const { lines, bad } = parse(blob);
  if (pins === undefined) return { origin, blob, lines, bad, edited: false };
  const stand = new Map(parse(pins).lines.map((line) => [line.entry.version, line]));
  const pinned = lines.map((line) => {
    const pin = stand.get(line.entry.version);
    return pin && pin.entry.checksum !== line.entry.checksum ? pin : line;
  });
  return { origin, blob, lines: pinned, bad, edited: true };
}

/**
 * Adds a module's file in a view to a batch, if it is a new one.
 *
 * @returns its blob; undefined when none of its lines is listed, so that it is not in the view
 */
export function writeModule(
  batch: ObjectBatch,
  { blob, lines, bad, edited }: CatalogModule,
  isListed: (entry: Entry) => boolean,
): Oid | undefined {
  const listed = lines.filter(({ entry }) => isListed(entry));
  if (listed.length === 0) return undefined;
  const unchanged = listed.length === lines.length && bad.length === 0 && !edited;
  return unchanged ? blob : batch.add("blob", encodeModuleFile(listed));
}
