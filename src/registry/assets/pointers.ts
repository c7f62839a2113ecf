/**
 * Files beside the index that name archives which no index lists, by their SHA-256.
 *
 *     data/symbols.json    what clients search offline
 *     data/assets.json     prebuilt programs
 *
 * Whatever JSON file of the data directory names an archive keeps it from being collected; these two
 * travel with a bundle.
 */
import { join } from "node:path";
import type { Sha256 } from "../../archives/mod.ts";
import { type Pointers, TRAVELLING } from "../../bundles/mod.ts";
import { entriesOf } from "../../files/mod.ts";
import { readJsonFile } from "../json-file.ts";
import type { Registry } from "../open.ts";

/** The archives that such files name, with the name of the file. */
export function pointedArchives({ paths }: Registry): Map<Sha256, string> {
  const found = new Map<Sha256, string>();
  for (const file of jsonFiles(paths.root)) {
    for (const sha256 of hashesIn(JSON.stringify(readPointer(paths.root, file)))) {
      found.set(sha256, file);
    }
  }
  return found;
}

function jsonFiles(directory: string): string[] {
  const files = entriesOf(directory).map(({ name }) => name);
  // The lock's names a process, and may be half written at any moment.
  return files.filter((file) => /^(?!lock\.).*\.json$/.test(file));
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
  const there = new Set(jsonFiles(paths.root));
  return Object.fromEntries(
    TRAVELLING.filter((file) => there.has(file)).map((file) => [
      file,
      readPointer(paths.root, file),
    ]),
  );
}

/** A damaged one must not look as if it named nothing: what it named would be collected. */
function readPointer(root: string, file: string): object {
  const understand = (json: unknown) => {
    if (typeof json === "object" && json !== null) return json;
    throw new TypeError("it is no object");
  };
  return readJsonFile(join(root, file), "delete it, then run `sync`", understand) ?? {};
}
