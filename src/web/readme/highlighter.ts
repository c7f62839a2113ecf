/**
 * highlight.js with the languages that are met here. By `require`, as its own types would make every
 * file of the project believe that it runs in a browser.
 */

/** What one kind of text in a language looks like: what is used here of highlight.js's modes. */
export interface Mode {
  readonly scope?: string;
  readonly begin?: RegExp | readonly RegExp[];
  readonly end?: RegExp;
  readonly beginScope?: Readonly<Record<number, string>>;
  readonly keywords?: Keywords;
  readonly illegal?: RegExp;
  readonly relevance?: number;
  readonly variants?: readonly Mode[];
  readonly contains?: readonly Mode[];
}

export interface Keywords {
  readonly $pattern: RegExp;
  readonly keyword: string;
  readonly literal: string;
  readonly built_in: string;
  readonly type: string;
}

export interface Language extends Mode {
  readonly name: string;
  readonly aliases: readonly string[];
}

/** Makes a language with the library's own parts. */
export type LanguageMaker = (hljs: {
  readonly C_NUMBER_MODE: Mode;
  COMMENT(begin: string, end: string): Mode;
}) => Language;

export interface Highlighter {
  newInstance(): Highlighter;
  registerLanguage(name: string, language: LanguageMaker): void;
  getLanguage(name: string): Language | undefined;
  highlight(
    code: string,
    options: { language: string; ignoreIllegals: boolean },
  ): { value: string };
}

/** An engine that knows these languages and those built in below. */
export function createHighlighter(own: Readonly<Record<string, LanguageMaker>>): Highlighter {
  const engine = (require("highlight.js/lib/core") as Highlighter).newInstance();
  const languages: Readonly<Record<string, LanguageMaker>> = {
    bash: require("highlight.js/lib/languages/bash"),
    c: require("highlight.js/lib/languages/c"),
    diff: require("highlight.js/lib/languages/diff"),
    ini: require("highlight.js/lib/languages/ini"),
    javascript: require("highlight.js/lib/languages/javascript"),
    json: require("highlight.js/lib/languages/json"),
    typescript: require("highlight.js/lib/languages/typescript"),
    ...own,
  };
  for (const [name, language] of Object.entries(languages)) engine.registerLanguage(name, language);
  return engine;
}
