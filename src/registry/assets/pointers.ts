/**
 * Files beside the index that name archives which no index lists, by their SHA-256.
 *
 *     data/symbols.json    what clients search offline
 *     data/assets.json     prebuilt programs
 *
 * What they name is kept from being collected, and travels with a bundle. Others of the data directory name no
 * archives, and are nobody's to delete.
 */
import type { Sha256 } from "../../archives/mod.ts";
import { type Pointers, TRAVELLING } from "../../bundles/mod.ts";
import { readJsonFile } from "../json-file.ts";
import type { Registry } from "../open.ts";
import type { DataPaths } from "../paths.ts";

/** The archives that such files name, with the name of the file. */
export function pointedArchives({ paths }: Registry): Map<Sha256, string> {
  const found = new Map<Sha256, string>();
  for (const file of TRAVELLING) {
    for (const sha256 of hashesIn(JSON.stringify(readPointer(paths, file) ?? {}))) {
      found.set(sha256, file);
    }
  }
  return found;
}

/** The archives that the files of a bundle name. */
export function hashesOf(pointers: Pointers): Set<Sha256> {
  return new Set(Object.values(pointers).flatMap((value) => hashesIn(JSON.stringify(value))));
}

function hashesIn(text: string): Sha256[] {
  return [...text.matchAll(/"([0-9a-f]{64})"/g)].map((match) => match[1]!);
}

/** What a bundle takes along. */
export function readPointers({ paths }: Registry): Pointers {
  return Object.fromEntries(
    TRAVELLING.flatMap((file) => {
      const pointer = readPointer(paths, file);
      return pointer === undefined ? [] : [[file, pointer]];
    }),
  );
}

/** A damaged one must not look as if it named nothing: what it named would be collected. */
function readPointer(paths: DataPaths, file: keyof Pointers): object | undefined {
  const places = { "symbols.json": paths.symbols, "assets.json": paths.assets };
  const understand = (json: unknown) => {
    if (typeof json === "object" && json !== null) return json;
    throw new TypeError("it is no object");
  };
  return readJsonFile(places[file], "delete it, then run `sync`", understand);
}
