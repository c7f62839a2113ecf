/** Tokens of `moon.mod`. Source: `moonutil/src/moon_pkg/lexer.rs` of moonbitlang/moon. */
import type { Problem } from "./problem.ts";

export type TokenKind = "string" | "int" | "name" | "package" | "end" | Punctuation | Word;
export type Punctuation = "[" | "]" | "{" | "}" | "(" | ")" | "," | ":" | ";" | "=";
export type Word = "true" | "false" | "for" | "as" | "import";

export interface Token {
  readonly kind: TokenKind;
  /** A string's content; otherwise as written. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Thrown inside the reader; its door turns it into a failure that names the file. */
export class SyntaxProblem extends Error {
  readonly line: number;
  readonly fix: string;

  constructor(line: number, message: string, fix: string) {
    super(message);
    this.line = line;
    this.fix = fix;
  }

  in(file: string): Problem {
    return { file, line: this.line, message: this.message, fix: this.fix };
  }
}

const SPACE = /(?:[ \t\f]+|\r?\n|\/\/[^\n\r]*)+/y;
const TOKENS: readonly (readonly [RegExp, TokenKind])[] = [
  [/"(?:[^"\\]|\\.)*"/y, "string"],
  [/-?[0-9]+/y, "int"],
  [/[a-zA-Z_][a-zA-Z0-9_]*/y, "name"],
  [/@[a-zA-Z_][a-zA-Z0-9_-]*(?:\/[a-zA-Z_][a-zA-Z0-9_-]*)*/y, "package"],
];
const WORDS: ReadonlySet<string> = new Set<Word>(["true", "false", "for", "as", "import"]);
const PUNCTUATION = "[]{}(),:;=";

/** @throws {SyntaxProblem} */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    return found;
  };
  for (;;) {
    line += lines(take(SPACE));
    if (at >= text.length) break;
    const token = next(text, at, line, take);
    line += lines(token.raw);
    tokens.push(token);
  }
  return [...tokens, { kind: "end", text: "the end", line }];
}

function next(
  text: string,
  at: number,
  line: number,
  take: (pattern: RegExp) => string | undefined,
): Token & { raw: string } {
  const char = text[at]!;
  if (PUNCTUATION.includes(char)) {
    take(/./suy);
    return { kind: char as Punctuation, text: char, raw: char, line };
  }
  for (const [pattern, kind] of TOKENS) {
    const raw = take(pattern);
    if (raw === undefined) continue;
    if (kind === "string") return { kind, text: unescaped(raw.slice(1, -1), line), raw, line };
    return { kind: WORDS.has(raw) ? (raw as Word) : kind, text: raw, raw, line };
  }
  if (char === '"') throw new SyntaxProblem(line, "a text has no end", 'close it with "');
  const shown = JSON.stringify(String.fromCodePoint(text.codePointAt(at)!));
  throw new SyntaxProblem(line, `${shown} is not expected here`, 'texts stand between "quotes"');
}

const lines = (text = ""): number => text.split("\n").length - 1;

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  b: "\b",
  "\\": "\\",
  '"': '"',
  "/": "/",
};

function unescaped(text: string, line: number): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/gsu, (whole, code: string) => {
    const char =
      code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : ESCAPES[code];
    if (char === undefined || !char.isWellFormed()) {
      throw new SyntaxProblem(line, `${whole} is no escape`, "a backslash itself is written \\\\");
    }
    return char;
  });
}
