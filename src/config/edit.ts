/**
 * Edits of `registry.toml` that keep its comments, order and spacing.
 *
 * Every edit is done twice: in the text, and in the data that the text stands for. The new text must
 * parse to exactly the new data, or nothing is returned: a broken file is never written.
 */
import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import { Failure } from "../errors.ts";
import { insertBlock, sectionEnd, setInText, splice } from "./edit-text.ts";
import { requireSource } from "./find-source.ts";
import type { Value } from "./keys.ts";
import { DEFAULT_SOURCE, defaultSourcePlaces } from "./read-source.ts";
import type { Table } from "./read-table.ts";
import { moveToTop, removeMember, removeTables } from "./remove-text.ts";
import { samePath, scan, startsWith } from "./scan.ts";
import { writeInline, writePairs } from "./toml-value.ts";
import { hasUpstream, UPSTREAM, upstreamExtras, withoutUpstream } from "./upstream.ts";

type Data = Record<string, unknown>;

/** A `[[sources]]` table to write: keys as in the file, in the order to write them. */
export interface SourceTable {
  readonly values: Readonly<Record<string, Value>>;
  readonly auth?: Readonly<Record<string, string>>;
}

/**
 * Sets a key that is not a source's.
 *
 * @param path such as `["server", "port"]` or `["default_source"]`
 * @throws {Error} when the text has no place for it
 */
export function setValue(text: string, path: readonly string[], value: Value): string {
  const data = dataOf(text);
  const stray = path[0] === DEFAULT_SOURCE ? defaultSourcePlaces(parse(text))[0] : undefined;
  const table = path.slice(0, -1).reduce<Data>((outer, name) => {
    outer[name] ??= {};
    return outer[name] as Data;
  }, data);
  table[path.at(-1)!] = value;
  return proven(setInText(text, stray?.path ?? path, value), data);
}

/** Adds a source behind the others, or at the end when it is the first. */
export function addSource(before: string, source: SourceTable): string {
  const text = modern(before);
  const data = dataOf(text);
  const table = { ...source.values, ...(source.auth && { auth: { ...source.auth } }) };
  data.sources = [...sourcesOf(data), table];
  const { statements, members } = scan(text);
  const array = members.find(({ path }) => samePath(path, ["sources"]));
  if (array) {
    const elements = members.filter(({ path }) => path.length === 2 && path[0] === "sources");
    const last = elements.at(-1)?.end;
    const at = last ?? array.value.start + 1;
    const element = `${last === undefined ? "" : ", "}${writeInline(table)}`;
    return proven(splice(text, { start: at, end: at }, element), data);
  }
  const lines = ["[[sources]]", ...writePairs(source.values)];
  if (source.auth) lines.push("", "[sources.auth]", ...writePairs(source.auth));
  const last = statements.findLastIndex(
    (each) => each.kind === "table" && startsWith(each.path, ["sources"]),
  );
  const end = last < 0 ? text.length : statements[sectionEnd(statements, last) - 1]!.end;
  return proven(insertBlock(text, end, lines), data);
}

/** Sets a key of a source. @throws {Failure} "not-found" */
export function setSourceValue(before: string, name: string, key: string, value: Value): string {
  const text = modern(before);
  const data = dataOf(text);
  const index = indexOf(data, name);
  sourcesOf(data)[index]![key] = value;
  return proven(setInText(text, ["sources", index, key], value), data);
}

/**
 * Removes a source with its `[sources.auth]` and the comments directly above and inside. A
 * `default_source` that names it goes too; one that strayed into it and names another moves to the
 * top. @throws {Failure} "not-found"
 */
export function removeSource(before: string, name: string): string {
  const text = modern(before);
  const data = dataOf(text);
  const index = indexOf(data, name);
  data.sources = sourcesOf(data).filter((_, i) => i !== index);
  if (data[DEFAULT_SOURCE] === name) delete data[DEFAULT_SOURCE];
  let result = text;
  for (const { path, value } of defaultSourcePlaces(parse(text))) {
    const isStray = startsWith(path, ["sources", index]);
    if (isStray && value !== name) result = moveToTop(result, path);
  }
  result = removeTables(removeMember(result, ["sources", index]), ["sources", index]);
  // Last, or the comments above it would come to stand above the source.
  for (const { path, value } of defaultSourcePlaces(parse(result))) {
    if (value === name) result = removeMember(result, path);
  }
  return proven(result, data);
}

/** The text with its source in a `[[sources]]` table. @throws {Failure} when that cannot be done */
function modern(text: string): string {
  const data = parse(text);
  if (!hasUpstream(data)) return text;
  const result = withoutUpstream(text, data);
  const { [UPSTREAM]: upstream, ...rest } = data;
  const table = { ...upstreamExtras(upstream as Table), ...(upstream as Table) };
  const wanted = { [DEFAULT_SOURCE]: table.name, ...rest, sources: [table] };
  return proven(result, wanted);
}

/** What a text stands for, with `default_source` where it belongs. */
function dataOf(text: string): Data {
  const data: Data = parse(text);
  const places = defaultSourcePlaces(data);
  for (const source of sourcesOf(data)) {
    delete source[DEFAULT_SOURCE];
    delete (source.auth as Data | undefined)?.[DEFAULT_SOURCE];
  }
  if (places[0]) data[DEFAULT_SOURCE] = places[0].value;
  return data;
}

function sourcesOf(data: Data): Data[] {
  return Array.isArray(data.sources) ? data.sources : [];
}

function indexOf(data: Data, name: string): number {
  const sources = sourcesOf(data);
  return sources.indexOf(requireSource({ sources }, name));
}

/** The text, if it stands for the data. An array of no sources and no such array are the same. */
function proven(text: string, data: Data): string {
  // Cloned: the parser's tables have no prototype, which counts as a difference.
  const plain = (each: Data) => structuredClone({ ...each, sources: sourcesOf(each) });
  if (isDeepStrictEqual(plain(dataOf(text)), plain(data))) return text;
  const hint = "nothing was written; make this change with an editor";
  throw new Failure(
    "config",
    "registry.toml is written in a way that cannot be edited safely",
    hint,
  );
}
