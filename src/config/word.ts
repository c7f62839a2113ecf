/** Values as they are typed behind `config KEY`. */
import { Failure } from "../errors.ts";
import type { Key, Value } from "./keys.ts";
import { parseTexts } from "./toml-value.ts";

/**
 * The value that a word of a command line stands for.
 *
 * @param path the key's dotted path, for messages
 * @throws {Failure} "usage" when the key does not take it
 */
export function parseWord(key: Key, path: string, word: string): Value {
  const value = PARSERS[key.kind](word);
  if (value === undefined) {
    const wanted = {
      string: "a text",
      boolean: "true or false",
      integer: "a whole number",
      strings: '"a/*,b/c" or ["a/*", "b/c"]',
    };
    throw new Failure("usage", `${path} takes ${wanted[key.kind]}, not ${JSON.stringify(word)}`);
  }
  const problem = key.check(value as never);
  if (problem !== undefined) throw new Failure("usage", `${path} ${problem}`);
  return value;
}

const PARSERS: Readonly<Record<Key["kind"], (word: string) => Value | undefined>> = {
  string: (word) => word,
  boolean: (word) => (word === "true" ? true : word === "false" ? false : undefined),
  integer: (word) => (/^-?\d{1,15}$/.test(word) ? Number(word) : undefined),
  strings: (word) =>
    word.startsWith("[") ? parseTexts(word) : splitPatterns(word).filter((each) => each !== ""),
};

/** Splits at commas, but not inside the braces of a glob: `{a,b}/*,c/*` is two. */
function splitPatterns(word: string): string[] {
  return (word.match(/(?:\{[^}]*\}|[^,])+/g) ?? []).map((each) => each.trim());
}
