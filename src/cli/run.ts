/** From the words of a command line to a command, and from whatever happens to an exit code. */

import { dirname, resolve, sep } from "node:path";
import { nearest } from "../config/mod.ts";
import { Failure, hasCode } from "../errors.ts";
import { asDiskFailure } from "../files/mod.ts";
import { VERSION } from "../version.ts";
import type { Command } from "./command.ts";
import { type Context, createContext } from "./context.ts";
import { DONE, exitCodeOf, WRONG_USAGE } from "./exit.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";
import { createOutput, type Output } from "./output.ts";
import { ENTRIES, type Entry, type Family } from "./root.ts";
import { commandHelp, familyHelp, rootHelp } from "./usage.ts";
import { isOption, readOption, readWords } from "./words.ts";

/** Runs a command line to its end and returns the exit code. Everything that is thrown is told. */
export async function run(words: readonly string[]): Promise<number> {
  const flags = globalFlags(words);
  const out = createOutput(flags);
  try {
    return await dispatch(words, flags, out);
  } catch (thrown) {
    const error = asDiskFailure(thrown);
    out.complain(error);
    return exitCodeOf(error);
  }
}

async function dispatch(words: readonly string[], flags: Flags, out: Output): Promise<number> {
  if (flags.version) {
    out.data(VERSION);
    return DONE;
  }
  const bold = (text: string) => out.paintData("bold", text);
  const asked =
    words[0] === "help" ? { words: words.slice(1), help: true } : { words, help: flags.help };
  const first = nextName(asked.words, 0);
  if (first === undefined) return showIncomplete(rootHelp(VERSION, bold), asked.help, words);
  const entry = find(ENTRIES, asked.words[first]!, "");
  if (!("members" in entry)) return await invoke(entry, entry.name, without(asked.words, first));
  const rest = without(asked.words, first);
  const second = nextName(rest, first);
  if (second === undefined) return showIncomplete(familyHelp(entry, bold), asked.help, words);
  const member = find(entry.members, rest[second]!, `${entry.name} `);
  return await invoke(member, `${entry.name} ${member.name}`, without(rest, second));

  async function invoke(target: Entry, name: string, rest: readonly string[]): Promise<number> {
    const { default: command }: { default: Command } = await target.load();
    if (asked.help) {
      out.data(commandHelp(name, target.summary, command, bold));
      return DONE;
    }
    const options = { ...GLOBAL_OPTIONS, ...command.options };
    const read = readWords(rest, { name, options, operands: command.operands ?? [] });
    const dir = read.slice(0, read.indexOf("--")).findLast((word) => word.startsWith("--dir="));
    const context = createContext(out, dir?.slice("--dir=".length));
    try {
      return await command.invoke(context, read);
    } catch (error) {
      throw asDiskFailure(error, placeOf(error, context));
    }
  }

  /** A command line that ends too early: its help, and unless that was asked for, an error. */
  function showIncomplete(help: string, wasAsked: boolean, all: readonly string[]): number {
    if (wasAsked) {
      out.data(help);
      return DONE;
    }
    // An unknown option is the more useful thing to say.
    readWords(all.filter(isOption), { name: "", options: GLOBAL_OPTIONS, operands: [] });
    process.stderr.write(`${help}\n`);
    return WRONG_USAGE;
  }
}

/** Where a disk failed: the registry, or a file elsewhere that the system names. */
function placeOf(error: unknown, context: Context): string | undefined {
  const { path, dest } = (error ?? {}) as { path?: unknown; dest?: unknown };
  const named = [dest, path].find((each): each is string => typeof each === "string");
  try {
    const dir = dirname(resolve(context.file()));
    return named === undefined || named.startsWith(dir + sep) ? dir : named;
  } catch (missing) {
    if (hasCode(missing, "no-registry")) return named;
    throw missing;
  }
}

/** The index of the first word from there on that is no option and no option's value. */
function nextName(words: readonly string[], from: number): number | undefined {
  const grammar = { name: "", options: GLOBAL_OPTIONS, operands: [] };
  for (let i = from; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return undefined;
    if (!isOption(word)) return i;
    // An option of the command itself is read when the command is known.
    if (isGlobal(word) && readOption(word, words[i + 1], grammar).tookNext) i++;
  }
  return undefined;
}

function isGlobal(word: string): boolean {
  return /^(?:--dir$|-[qv]*d)/.test(word);
}

function find<T extends Entry | Family>(entries: readonly T[], name: string, prefix: string): T {
  const found = entries.find((entry) => entry.name === name);
  if (found) return found;
  const near = nearest(
    name,
    entries.map((entry) => entry.name),
  );
  const hint =
    near === undefined
      ? `\`moonbit-registry ${prefix}--help\` lists what there is`
      : `did you mean ${prefix}${near}?`;
  throw new Failure("usage", `unknown command ${prefix}${name}`, hint);
}

function without(words: readonly string[], index: number): string[] {
  return words.filter((_, i) => i !== index);
}

interface Flags {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** Read before anything is checked: a mistake is told in the form that was asked for. */
function globalFlags(words: readonly string[]): Flags {
  const end = words.indexOf("--");
  const options = (end < 0 ? words : words.slice(0, end)).filter(isOption);
  const has = (long: string, letter?: string) =>
    options.some((word) => word === long || (letter !== undefined && isCluster(word, letter)));
  return {
    json: has("--json"),
    quiet: has("--quiet", "q"),
    verbose: has("--verbose", "v"),
    color: !has("--no-color"),
    help: has("--help", "h"),
    version: has("--version", "V"),
  };
}

/** Letters of switches only: behind a letter that takes a value stands the value. */
function isCluster(word: string, letter: string): boolean {
  return /^-[qvhV]+/.exec(word)?.[0].includes(letter) === true && !word.startsWith("--");
}
