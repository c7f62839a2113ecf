/**
 * MoonBit for highlight.js: sources (`.mbt`) and the small language of `moon.mod` and `moon.pkg`.
 * Source: the language's reference, https://docs.moonbitlang.com/en/latest/language/.
 */
import type { Keywords, LanguageMaker, Mode } from "./highlighter.ts";

const KEYWORDS: Keywords = {
  $pattern: /[a-z_A-Z][\w]*[?!]?/,
  keyword:
    "and as async await break catch const continue declare defer derive else enum enumview extend extern fn fnalias " +
    "for guard if impl import in is let letrec lexmatch loop match mut nobreak noraise open package priv proof_ensure " +
    "pub raise readonly recur return struct suberror test trait traitalias try try? try! type typealias using where while with",
  literal: "true false",
  built_in:
    "abort assert_eq assert_false assert_true fail ignore inspect not panic physical_equal print println",
  type:
    "Array ArrayView Bool Byte Bytes BytesView Char Deque Double Error Eq FixedArray Float Hash HashMap HashSet Int " +
    "Int16 Int64 Iter Iter2 Json List Map Option Ord Ref Result Self Set Show String StringBuilder StringView ToJson " +
    "UInt UInt16 UInt64 Unit",
};

export const moonbit: LanguageMaker = (hljs) => {
  const escaped: Mode = {
    scope: "char.escape",
    begin: /\\(?:[nrtb0\\'" ]|x[0-9a-fA-F]{2}|o[0-7]{3}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\})/,
  };
  // What stands in `\{…}` is an expression; braces in it are not allowed, so nothing nests.
  const interpolation: Mode = {
    scope: "subst",
    begin: /\\\{/,
    end: /\}/,
    keywords: KEYWORDS,
    contains: [hljs.C_NUMBER_MODE],
  };
  const string: Mode = {
    scope: "string",
    variants: [
      { begin: /b"/, end: /"/, illegal: /\n/, contains: [escaped] },
      { begin: /"/, end: /"/, illegal: /\n/, contains: [escaped, interpolation] },
      { begin: /#\|/, end: /$/ },
      { begin: /\$\|/, end: /$/, contains: [escaped, interpolation] },
    ],
  };
  const char: Mode = {
    scope: "string",
    begin:
      /\bb?'(?:\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|o[0-7]{3}|.)|[^'\\\n])'/u,
  };
  const number: Mode = {
    scope: "number",
    begin:
      /\b(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.(?!\.)[\d_]*)?(?:[eE][+-]?\d+)?)(?:UL|U|L|N)?/,
    relevance: 0,
  };
  return {
    name: "MoonBit",
    aliases: ["mbt", "moon"],
    keywords: KEYWORDS,
    contains: [
      hljs.COMMENT("//", "$"),
      string,
      char,
      number,
      { scope: "meta", begin: /^\s*#[a-z_][\w.]*/ },
      {
        begin: [/\bfn\b/, /(?:\[[^\]\n]*\])?\s+/, /(?:[A-Z]\w*::)?[a-z_]\w*[!?]?/],
        beginScope: { 1: "keyword", 3: "title.function" },
      },
      {
        begin: [/\b(?:struct|enum|trait|type|suberror|typealias)\b!?/, /\s+/, /[A-Z]\w*/],
        beginScope: { 1: "keyword", 3: "title.class" },
      },
      { scope: "title.class", begin: /\b[A-Z]\w*(?=::)/, relevance: 0 },
      { scope: "symbol", begin: /@[a-zA-Z_][\w/]*/ },
      { scope: "operator", begin: /\|>|=>|->|\.\.[.<=]?|::/, relevance: 0 },
    ],
  };
};
