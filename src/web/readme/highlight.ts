/** Colours code. The result is markup with nothing in it but escaped text and `hljs-` spans. */
import { type Html, trusted } from "../html.ts";
import { createHighlighter } from "./highlighter.ts";
import { moonbit } from "./moonbit.ts";

const engine = createHighlighter({ moonbit });

/** Longer code stays plain: colouring it would keep other visitors waiting. */
const MAX_LENGTH = 50_000;
/** Some patterns cost the square of a line's length. */
const MAX_LINE = 2_000;
/** And some that of each word's: 75 ns for each pair of letters, which all words together may be so many of. */
const MAX_PAIRS = 2_000_000;

const BY_EXTENSION: ReadonlyMap<string, string> = new Map([
  ["mbt", "moonbit"],
  ["mbti", "moonbit"],
  ["mbtx", "moonbit"],
  ["mbty", "moonbit"],
  ["mod", "moonbit"],
  ["pkg", "moonbit"],
  ["json", "json"],
  ["jsonc", "json"],
  ["sh", "bash"],
  ["js", "javascript"],
  ["mjs", "javascript"],
  ["cjs", "javascript"],
  ["ts", "typescript"],
  ["c", "c"],
  ["h", "c"],
  ["toml", "ini"],
  ["diff", "diff"],
  ["patch", "diff"],
]);

/** The language of a file by its name, if it is one that can be coloured. */
export function languageOf(path: string): string | undefined {
  return BY_EXTENSION.get(/\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "");
}

/** @param language a name or alias; an unknown one leaves the code plain */
export function highlight(code: string, language: string | undefined): Html {
  const known = language !== undefined && engine.getLanguage(language) !== undefined;
  if (!known || code.length > MAX_LENGTH || isCostly(code)) return trusted(Bun.escapeHTML(code));
  return trusted(engine.highlight(code, { language, ignoreIllegals: true }).value);
}

function isCostly(code: string): boolean {
  if (code.split("\n").some((line) => line.length > MAX_LINE)) return true;
  let pairs = 0;
  for (const [word] of code.matchAll(/\w+/g)) pairs += word.length ** 2;
  return pairs > MAX_PAIRS;
}
