/**
 * Where things stand in a TOML text: its lines one by one, and the place of every key and value.
 * The parser gives data without positions; messages need lines, and edits need offsets.
 *
 *     # attached to the table below        comment   0..38
 *     [[sources]]                          table     path: sources, 0
 *     url = "https://example.org" # note   pair      path: sources, 0, url; value: the quoted part
 *
 * Reads only text that the parser took, so it skips values without judging them.
 * Source: TOML 1.1, https://toml.io/en/v1.1.0
 */
import { createValueScanner, type Member, type Path, type Span } from "./scan-value.ts";

export type { Member, Path, Span } from "./scan-value.ts";

/** One statement of the text with its line ends; offsets are UTF-16 units, `end` is exclusive. */
export type Statement = Span &
  (
    | { readonly kind: "blank" | "comment" }
    | { readonly kind: "table"; readonly path: Path }
    | { readonly kind: "pair"; readonly path: Path; readonly value: Span }
  );

export interface Scan {
  readonly statements: readonly Statement[];
  /** Every key and array element, also those inside inline tables and arrays. */
  readonly members: readonly Member[];
}

/** @param text valid TOML */
export function scan(text: string): Scan {
  const members: Member[] = [];
  const values = createValueScanner(text, members);
  const resolve = createHeaderResolver();
  const statements: Statement[] = [];
  let table: Path = [];
  for (let start = 0; start < text.length; ) {
    const first = values.skipBlanks(start);
    const char = text[first];
    let statement: { kind: "blank" | "comment" | "table" | "pair"; path: Path; value: Span };
    let after = first;
    if (char === "[") {
      const isArray = text[first + 1] === "[";
      const key = values.key(first + (isArray ? 2 : 1));
      table = resolve(key.path, isArray);
      after = key.end;
      statement = { kind: "table", path: table, value: key };
    } else if (char === undefined || char === "\r" || char === "\n" || char === "#") {
      statement = {
        kind: char === "#" ? "comment" : "blank",
        path: [],
        value: { start, end: start },
      };
    } else {
      const { path, value } = values.pair(first, table);
      after = value.end;
      statement = { kind: "pair", path, value };
    }
    const newline = text.indexOf("\n", after);
    const end = newline < 0 ? text.length : newline + 1;
    statements.push({ ...statement, start, end });
    start = end;
  }
  return { statements, members };
}

/** Turns the words of table headers into paths: `[sources.auth]` belongs to the last `[[sources]]`. */
function createHeaderResolver(): (words: readonly string[], isArray: boolean) => Path {
  const lengths = new Map<string, number>();
  return (words, isArray) => {
    const path: (string | number)[] = [];
    for (const [i, word] of words.entries()) {
      path.push(word);
      const name = JSON.stringify(path);
      if (isArray && i === words.length - 1) lengths.set(name, (lengths.get(name) ?? 0) + 1);
      const length = lengths.get(name);
      if (length !== undefined) path.push(length - 1);
    }
    return path;
  };
}

/** The line (from 1) of the key at a path, or of the nearest thing around it that is written. */
export function lineOf(text: string, path: Path): number {
  const { statements, members } = scan(text);
  let best = { depth: 0, offset: 0 };
  const consider = (candidate: Path, offset: number) => {
    if (candidate.length > best.depth && startsWith(path, candidate)) {
      best = { depth: candidate.length, offset };
    }
  };
  for (const member of members) consider(member.path, member.start);
  for (const statement of statements) {
    if (statement.kind === "table") consider(statement.path, statement.start);
  }
  return text.slice(0, best.offset).split("\n").length;
}

/** The comma behind a member, when it has one: there may be lines and comments between. */
export function commaAfter(text: string, offset: number): Span | undefined {
  // A comment to its very end: there may be commas in it.
  const pattern = /(?:\s|#[^\n]*\n)*,/y;
  pattern.lastIndex = offset;
  return pattern.test(text) ? { start: pattern.lastIndex - 1, end: pattern.lastIndex } : undefined;
}

export function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((word, i) => path[i] === word);
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && startsWith(a, b);
}
