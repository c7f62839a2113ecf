/** Skips TOML keys and values, noting where each begins and ends. For `scan.ts`. */
import { parse } from "smol-toml";

/** Keys by name, array elements by number from 0. */
export type Path = readonly (string | number)[];

/** UTF-16 offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A key with its value, or an array element (whose key is empty). */
export interface Member extends Span {
  readonly path: Path;
  readonly value: Span;
}

export interface ValueScanner {
  /** The first offset at or after this that is no space and no tab. */
  skipBlanks(at: number): number;
  /** A dotted key; `end` is where its `=` or `]` stands. */
  key(at: number): Span & { readonly path: readonly string[] };
  pair(at: number, table: Path): Member;
}

/** @param members receives everything that is found, containers before or after what they hold */
export function createValueScanner(text: string, members: Member[]): ValueScanner {
  const skip = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at;
    return at + (pattern.exec(text)?.[0].length ?? 0);
  };
  const skipBlanks = (at: number) => skip(/[ \t\uFEFF]*/y, at);
  const skipFiller = (at: number) => skip(/(?:[\s,]|#[^\n]*)*/y, at);

  function key(start: number): Span & { path: string[] } {
    const path: string[] = [];
    let at = start;
    do {
      const from = skipBlanks(text[at] === "." ? at + 1 : at);
      const end = isQuote(text[from]) ? skipString(from) : skip(/[^\s.=\]]*/y, from);
      path.push(plainKey(text.slice(from, end)));
      at = skipBlanks(end);
    } while (text[at] === ".");
    return { path, start, end: at };
  }

  function pair(start: number, table: Path): Member {
    const { path: words, end } = key(start);
    const path = [...table, ...words];
    const from = skipBlanks(end + 1);
    const member = { path, start, end: 0, value: { start: from, end: value(from, path) } };
    member.end = member.value.end;
    members.push(member);
    return member;
  }

  /** The end of the value that begins here. */
  function value(at: number, path: Path): number {
    if (isQuote(text[at])) return skipString(at);
    if (text[at] === "[") return container(at, "]", (from, i) => element(from, [...path, i]));
    if (text[at] === "{") return container(at, "}", (from) => pair(from, path).end);
    const end = skip(/[^,\]}#\r\n]*/y, at);
    return at + text.slice(at, end).trimEnd().length;
  }

  function container(
    at: number,
    close: string,
    member: (from: number, index: number) => number,
  ): number {
    let next = skipFiller(at + 1);
    for (let i = 0; next < text.length && text[next] !== close; i++) {
      // At least one forward, so that a text which is no TOML ends as well.
      next = skipFiller(Math.max(next + 1, member(next, i)));
    }
    return next + 1;
  }

  function element(start: number, path: Path): number {
    const end = value(start, path);
    members.push({ path, start, end, value: { start, end } });
    return end;
  }

  function skipString(at: number): number {
    for (const pattern of STRINGS) {
      const end = skip(pattern, at);
      if (end > at) return end;
    }
    return text.length;
  }

  return { skipBlanks, key, pair };
}

/** Three quotes before one: `""` also begins a `"""`. */
const STRINGS = [
  /"""(?:[^\\]|\\.)*?"{3,5}(?!")/sy,
  /'''.*?'{3,5}(?!')/sy,
  /"(?:[^"\\\n]|\\.)*"/y,
  /'[^'\n]*'/y,
];

function isQuote(char: string | undefined): boolean {
  return char === '"' || char === "'";
}

function plainKey(written: string): string {
  return isQuote(written[0]) ? String(parse(`key = ${written}`).key) : written;
}
