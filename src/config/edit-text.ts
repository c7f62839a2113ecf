/**
 * Edits of TOML text that touch nothing but what they are about: comments, order and spacing stay.
 * These place text; `edit.ts` knows what the tables mean and proves each result.
 */

import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import { editArray } from "./edit-array.ts";
import type { Value } from "./keys.ts";
import {
  type Member,
  type Path,
  type Scan,
  type Span,
  type Statement,
  samePath,
  scan,
  startsWith,
} from "./scan.ts";
import { writeKey, writeValue } from "./toml-value.ts";

/** Replaces a span of a text. */
export function splice(text: string, { start, end }: Span, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}

/** The line end that the text uses. */
export function lineEnd(text: string): "\n" | "\r\n" {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

/** Sets a value wherever the text keeps it, or adds the key where it belongs. */
export function setInText(text: string, path: Path, value: Value): string {
  const layout = scan(text);
  const member = layout.members.find((each) => samePath(each.path, path));
  if (member) return replaceValue(text, member, value);
  const written = writeValue(value);
  const table = path.slice(0, -1);
  const line = `${writeKey(path.slice(-1))} = ${written}`;
  if (table.length === 0) return insertAtTop(text, line);
  return (
    addInline(text, layout, table, line) ??
    addToTable(text, layout, table, line) ??
    addDotted(text, layout, path, written) ??
    appendBlock(text, [`[${writeKey(table)}]`, line])
  );
}

function replaceValue(text: string, { path, value: span }: Member, value: Value): string {
  const old: unknown = parse(`value = ${text.slice(span.start, span.end)}`).value;
  if (isDeepStrictEqual(old, value)) return text;
  const edited = typeof value === "object" ? editArray(text, path, span, value) : undefined;
  return splice(text, span, edited ?? writeValue(value));
}

/** `server = { port = 1 }`, and the elements of `sources = [{ … }]`. */
function addInline(text: string, { members }: Scan, table: Path, pair: string): string | undefined {
  const container = members.find((each) => samePath(each.path, table));
  if (!container || text[container.value.start] !== "{") return undefined;
  const inside = members.filter(
    ({ path, value }) => startsWith(path, table) && value.end < container.value.end,
  );
  const last = Math.max(0, ...inside.map(({ value }) => value.end));
  return last > 0
    ? splice(text, { start: last, end: last }, `, ${pair}`)
    : splice(text, container.value, `{ ${pair} }`);
}

/** After the last key below the table's header. */
function addToTable(
  text: string,
  { statements }: Scan,
  table: Path,
  line: string,
): string | undefined {
  const header = statements.findIndex(
    (each) => each.kind === "table" && samePath(each.path, table),
  );
  if (header < 0) return undefined;
  let after = header;
  for (let i = header + 1; i < statements.length; i++) {
    const each = statements[i]!;
    if (each.kind === "table") break;
    // A stray `default_source` stays last: it reads as a key of its own.
    if (each.kind === "pair" && each.path.at(-1) !== "default_source") after = i;
  }
  return insertLine(text, statements[after]!.end, line);
}

/** After the last of `server.host = …` keys, written like them. */
function addDotted(
  text: string,
  { statements }: Scan,
  path: Path,
  written: string,
): string | undefined {
  const table = path.slice(0, -1);
  const last = statements.findLastIndex(
    (each) => each.kind === "pair" && startsWith(each.path, table),
  );
  if (last < 0) return undefined;
  const header = statements.slice(0, last).findLast((each) => each.kind === "table");
  const outer = header?.kind === "table" ? header.path.length : 0;
  return insertLine(text, statements[last]!.end, `${writeKey(path.slice(outer))} = ${written}`);
}

/** Before the first table: after the last key there, or else after what stands apart from the table. */
export function insertAtTop(text: string, lines: string): string {
  const { statements } = scan(text);
  const firstTable = statements.findIndex((each) => each.kind === "table");
  const top = firstTable < 0 ? statements : statements.slice(0, firstTable);
  const last = top.findLastIndex((each) => each.kind === "pair");
  if (last >= 0) return insertLine(text, top[last]!.end, lines);
  let at = firstTable < 0 ? top.length : attachedStart(statements, firstTable);
  while (at > 0 && statements[at - 1]!.kind === "blank") at--;
  const offset = statements[at]?.start ?? text.length;
  const isTight = firstTable >= 0 && statements[at]!.kind !== "blank";
  return insertLine(text, offset, isTight ? `${lines}${lineEnd(text)}` : lines);
}

/** Adds lines at the start of a line, or at the end of the text. */
export function insertLine(text: string, offset: number, lines: string): string {
  const eol = lineEnd(text);
  const before = text.slice(0, offset);
  const gap = before === "" || before.endsWith("\n") ? "" : eol;
  return before + gap + lines + eol + text.slice(offset);
}

/** Adds a table at the end, one empty line apart. */
function appendBlock(text: string, lines: readonly string[]): string {
  return insertBlock(text, text.length, lines);
}

/** Adds a table at the start of a line or at the end, one empty line apart from what is around it. */
export function insertBlock(text: string, offset: number, lines: readonly string[]): string {
  const eol = lineEnd(text);
  const before = text.slice(0, offset);
  const gap = before.trim() === "" ? "" : /\n\s*\n$/.test(before) ? "" : eol;
  const after = /^\s*(?:\n|$)/.test(text.slice(offset)) ? "" : eol;
  return insertLine(text, offset, gap + lines.join(eol) + after);
}

/**
 * The index behind the last statement that belongs to a header: its keys, and comments directly
 * below them unless these are attached to the next header.
 */
export function sectionEnd(statements: readonly Statement[], header: number): number {
  const following = statements.findIndex((each, i) => i > header && each.kind === "table");
  const next = following < 0 ? statements.length : following;
  const limit = following < 0 ? next : attachedStart(statements, next);
  let end = header + 1;
  for (let i = end; i < next; i++) if (statements[i]!.kind === "pair") end = i + 1;
  while (end < limit && statements[end]!.kind === "comment") end++;
  return end;
}

/** The index of the first of the comment lines directly above a statement, or its own. */
export function attachedStart(statements: readonly Statement[], index: number): number {
  let first = index;
  while (first > 0 && statements[first - 1]!.kind === "comment") first--;
  return first;
}
