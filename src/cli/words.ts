/**
 * Reads the words of a command line strictly. citty takes whatever comes; people mistype. So every
 * word is checked here first and brought into one form, `--name=value`, that reads only one way:
 *
 *     -qj4 "a/*" --strict        →  --quiet=true --jobs=4 --strict=true -- "a/*"
 */
import type { ArgDef, ArgsDef } from "citty";
import { nearest } from "../config/mod.ts";
import { Failure } from "../errors.ts";
import type { Operand } from "./command.ts";

export interface Grammar {
  /** The command's name, for messages; empty before there is one. */
  readonly name: string;
  readonly options: ArgsDef;
  readonly operands: readonly Operand[];
}

/** @throws {Failure} "usage" for an option, a value or a number of operands that does not fit */
export function readWords(words: readonly string[], grammar: Grammar): string[] {
  const options: string[] = [];
  const operands: string[] = [];
  const isForeign = grammar.operands.some(({ afterDashes }) => afterDashes);
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  for (let i = 0; i < before.length; i++) {
    const word = before[i]!;
    if (!isOption(word)) {
      if (isForeign) throw unexpected(word, grammar);
      operands.push(word);
      continue;
    }
    const read = readOption(word, before[i + 1], grammar);
    options.push(...read.words);
    if (read.tookNext) i++;
  }
  operands.push(...after);
  checkOperands(operands, grammar);
  return [...options, "--", ...operands];
}

/** Every value of an option that may be given more than once. @param words as `readWords` gives them */
export function valuesOf(words: readonly string[], name: string): string[] {
  const start = `--${name}=`;
  const options = words.slice(0, words.indexOf("--"));
  return options.flatMap((word) => (word.startsWith(start) ? [word.slice(start.length)] : []));
}

/** A lone `-` is no option, by custom. */
export function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

interface Read {
  readonly words: readonly string[];
  readonly tookNext: boolean;
}

/** Reads one option word, with the word behind it when it wants a value and brings none. */
export function readOption(word: string, next: string | undefined, grammar: Grammar): Read {
  if (!word.startsWith("--")) return readLetters(word, next, grammar);
  const equals = word.indexOf("=");
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
  const value = equals < 0 ? undefined : word.slice(equals + 1);
  const negated = name.startsWith("no-") ? grammar.options[name.slice(3)] : undefined;
  if (isNegatable(negated) && value === undefined) {
    return { words: [`--${name.slice(3)}=false`], tookNext: false };
  }
  const option = Object.hasOwn(grammar.options, name) ? grammar.options[name]! : undefined;
  // `--color` says what is so anyway, and is not offered.
  if (!option || isNegatable(option)) throw unknownOption(`--${name}`, grammar);
  return readValue(`--${name}`, name, option, value, next);
}

/** `-q`, `-j4`, `-j 4`, and several at once: `-qj4`. */
function readLetters(word: string, next: string | undefined, grammar: Grammar): Read {
  const words: string[] = [];
  for (let i = 1; i < word.length; i++) {
    const letter = word[i]!;
    const found = Object.entries(grammar.options).find(([, option]) => aliasOf(option) === letter);
    if (!found) throw unknownOption(`-${letter}`, grammar);
    const [name, option] = found;
    if (option.type === "boolean") {
      words.push(`--${name}=true`);
      continue;
    }
    const attached = word.slice(i + 1).replace(/^=/, "");
    const read = readValue(`-${letter}`, name, option, attached || undefined, next);
    return { words: [...words, ...read.words], tookNext: read.tookNext };
  }
  return { words, tookNext: false };
}

function readValue(
  shown: string,
  name: string,
  option: ArgDef,
  attached: string | undefined,
  next: string | undefined,
): Read {
  if (option.type === "boolean") {
    if (attached !== undefined) throw new Failure("usage", `${shown} takes no value`);
    return { words: [`--${name}=true`], tookNext: false };
  }
  const value = attached ?? next;
  if (value === undefined || (attached === undefined && isOption(value))) {
    const hint = `write ${shown.startsWith("--") ? `${shown}=` : `${shown} `}${hintOf(option)}`;
    throw new Failure("usage", `${shown} wants a value`, hint);
  }
  if (option.type === "enum" && !option.options?.includes(value)) {
    const known = option.options ?? [];
    const near = nearest(value, known);
    const hint = near === undefined ? `it is one of: ${known.join(", ")}` : `did you mean ${near}?`;
    throw new Failure("usage", `${shown} cannot be ${JSON.stringify(value)}`, hint);
  }
  return { words: [`--${name}=${value}`], tookNext: attached === undefined };
}

function checkOperands(given: readonly string[], grammar: Grammar): void {
  const { operands, name } = grammar;
  const missing = operands.find(({ required }, i) => required && i >= given.length);
  if (missing) {
    const hint = `${missing.name}: ${missing.help}; see \`moonbit-registry ${name} --help\``;
    throw new Failure("usage", `${name} wants ${missing.name}`, hint);
  }
  const extra = given[operands.length];
  if (extra !== undefined && !operands.some(({ many }) => many)) throw unexpected(extra, grammar);
}

function unexpected(word: string, { name, operands }: Grammar): Failure {
  const hint = operands.some(({ afterDashes }) => afterDashes)
    ? `words for the other program stand behind --: ${name} -- ${word}`
    : `see \`moonbit-registry ${name} --help\``;
  return new Failure("usage", `${name} has no place for ${JSON.stringify(word)}`, hint);
}

function unknownOption(word: string, { name, options }: Grammar): Failure {
  const names = Object.entries(options).flatMap(([key, option]) =>
    isNegatable(option) ? [`--no-${key}`] : [`--${key}`],
  );
  const near = nearest(word, names);
  const message = `unknown option ${word}${name === "" ? "" : ` for ${name}`}`;
  const help = `see \`moonbit-registry ${name === "" ? "" : `${name} `}--help\``;
  return new Failure("usage", message, near === undefined ? help : `did you mean ${near}?`);
}

function isNegatable(option: ArgDef | undefined): boolean {
  return option?.type === "boolean" && option.default === true;
}

export function aliasOf(option: ArgDef): string | undefined {
  return "alias" in option && typeof option.alias === "string" ? option.alias : undefined;
}

export function hintOf(option: ArgDef): string {
  return option.valueHint ?? "VALUE";
}
