/**
 * The grammar of `moon.mod`, a list of statements with an optional `;` after each:
 *
 *     name = "demo/app"                      key = value
 *     import { "moonbitlang/x@0.4.38", }     what it needs
 *     options(source: "src", "bin-deps": {}) name(label: value, …)
 *
 * A value is a text, a whole number, true, false, [ … ] or { "key": … }; commas may trail.
 * Source: `moonutil/src/moon_pkg/parser.rs` of moonbitlang/moon.
 */
import { SyntaxProblem, type Token, type TokenKind, tokenize } from "./dsl-lexer.ts";
import { MAX_DEPTH } from "./fields.ts";

export interface Statement {
  readonly key: string;
  readonly value: unknown;
  readonly line: number;
}

/** @throws {SyntaxProblem} */
export function parseStatements(text: string): Statement[] {
  const tokens = tokenize(text);
  let at = 0;
  const peek = (): Token => tokens[Math.min(at, tokens.length - 1)]!;

  function take(kind: TokenKind, wanted: string): Token {
    const token = peek();
    if (token.kind !== kind) throw unexpected(token, wanted);
    at++;
    return token;
  }

  function series(open: TokenKind, close: TokenKind, element: () => void): void {
    take(open, `"${open}"`);
    while (peek().kind !== close) {
      element();
      if (peek().kind !== close) take(",", `"," or "${close}"`);
    }
    at++;
  }

  function value(depth: number): unknown {
    const token = peek();
    if (depth > MAX_DEPTH) throw new SyntaxProblem(token.line, "values are nested too deep", FLAT);
    if (token.kind === "[") {
      const items: unknown[] = [];
      series("[", "]", () => void items.push(value(depth + 1)));
      return items;
    }
    if (token.kind === "{") {
      return pairs("{", "}", () => take("string", "a key in quotes"), depth);
    }
    at++;
    if (token.kind === "string") return token.text;
    if (token.kind === "true" || token.kind === "false") return token.kind === "true";
    if (token.kind === "int") return integer(token);
    at--;
    throw unexpected(token, "a value");
  }

  function pairs(open: TokenKind, close: TokenKind, label: () => Token, depth: number): unknown {
    const found = new Map<string, unknown>();
    series(open, close, () => {
      const key = label();
      if (found.has(key.text)) throw twice(key);
      take(":", '":"');
      found.set(key.text, value(depth + 1));
    });
    return Object.fromEntries(found);
  }

  function imports(): Statement {
    const { line } = take("import", '"import"');
    const items: string[] = [];
    series("{", "}", () => {
      items.push(take("string", 'a module, such as "moonbitlang/x@0.4.38"').text);
      const { kind, line: there } = peek();
      if (kind === "as" || kind === "package") {
        throw new SyntaxProblem(there, "an import of moon.mod has no alias", "give it in moon.pkg");
      }
    });
    if (peek().kind === "for") {
      throw new SyntaxProblem(peek().line, 'moon.mod knows no import "for" a part', "remove it");
    }
    return { key: "import", value: items, line };
  }

  function statement(): Statement {
    if (peek().kind === "import") return imports();
    const { text: key, line } = take("name", "a key");
    if (peek().kind === "(") {
      const label = () => (peek().kind === "string" ? take("string", "") : take("name", "a label"));
      return { key, value: pairs("(", ")", label, 0), line };
    }
    take("=", '"=" or "("');
    return { key, value: value(0), line };
  }

  const statements: Statement[] = [];
  while (peek().kind !== "end") {
    statements.push(statement());
    if (peek().kind === ";") at++;
  }
  return statements;
}

const FLAT = "write it flatter";

function integer({ text, line }: Token): number {
  const number = Number(text);
  if (number >= -(2 ** 31) && number < 2 ** 31) return number;
  throw new SyntaxProblem(line, `${text} is too big a number`, "numbers have 32 bits");
}

function unexpected({ kind, text, line }: Token, wanted: string): SyntaxProblem {
  const found = kind === "end" ? "the end" : JSON.stringify(text);
  return new SyntaxProblem(line, `${wanted} is expected, not ${found}`, EXAMPLE);
}

function twice({ text, line }: Token): SyntaxProblem {
  return new SyntaxProblem(line, `${JSON.stringify(text)} is there twice`, "keep one of them");
}

const EXAMPLE = 'such as: name = "owner/module"';
