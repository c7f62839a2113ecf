/** Help texts, at most 80 columns wide. */
import type { ArgDef, ArgsDef } from "citty";
import type { Command } from "./command.ts";
import { GLOBAL_OPTIONS } from "./globals.ts";
import { type Family, GROUPS } from "./root.ts";
import { aliasOf, hintOf } from "./words.ts";

const PROGRAM = "moonbit-registry";

type Row = readonly [left: string, right: string];

export type Bold = (text: string) => string;

export function rootHelp(version: string, bold: Bold): string {
  const groups = GROUPS.map(({ title, entries }) =>
    section(
      title,
      entries.map(({ name, summary }): Row => [name, summary]),
      bold,
      14,
    ),
  );
  return page([
    `${bold(PROGRAM)} ${version}: a package registry for MoonBit in one executable`,
    `Usage: ${PROGRAM} COMMAND [OPTIONS]`,
    ...groups,
    section("Options", optionRows(GLOBAL_OPTIONS), bold),
    `Example\n  ${PROGRAM} init reg && cd reg\n  ${PROGRAM} source add mooncakes --from-preset mooncakes\n  ${PROGRAM} mirror "moonbitlang/*"\n  ${PROGRAM} serve`.replace(
      "Example",
      bold("Example"),
    ),
    `\`${PROGRAM} COMMAND --help\` tells more about one.`,
  ]);
}

export function familyHelp({ name, summary, members }: Family, bold: Bold): string {
  const rows = members.map((each): Row => [each.name, each.summary]);
  return page([
    `${bold(`${PROGRAM} ${name}`)}: ${summary}`,
    `Usage: ${PROGRAM} ${name} COMMAND [OPTIONS]`,
    section("Commands", rows, bold, 12),
    `\`${PROGRAM} ${name} COMMAND --help\` tells more about one.`,
  ]);
}

export function commandHelp(name: string, summary: string, command: Command, bold: Bold): string {
  const operands = command.operands ?? [];
  const usage = operands.map((each) => {
    const word = each.many ? `${each.name}...` : each.name;
    const shown = each.required ? word : `[${word}]`;
    return each.afterDashes ? `[-- ${word}]` : shown;
  });
  const [own, after] = operands.some(({ afterDashes }) => afterDashes)
    ? [["[OPTIONS]"], usage]
    : [usage, ["[OPTIONS]"]];
  return page([
    `${bold(`${PROGRAM} ${name}`)}: ${summary}`,
    `Usage: ${[PROGRAM, name, ...own, ...after].join(" ")}`,
    section(
      "Arguments",
      operands.map((each): Row => [each.name, each.help]),
      bold,
    ),
    section("Options", optionRows(command.options), bold),
    section("Everywhere", optionRows(GLOBAL_OPTIONS), bold),
    ...(command.notes ? [command.notes.join("\n")] : []),
    `${bold("Example")}\n  ${PROGRAM} ${command.example}`,
  ]);
}

function optionRows(options: ArgsDef): Row[] {
  return Object.entries(options).map(([name, option]): Row => {
    const alias = aliasOf(option);
    const isNegative = option.type === "boolean" && option.default === true;
    const long = isNegative ? `--no-${name}` : `--${name}`;
    const value = option.type === "boolean" ? "" : ` ${hintOf(option)}`;
    const text = isNegative ? negativeText(option) : option.description;
    return [`${alias === undefined ? "    " : `-${alias}, `}${long}${value}`, text ?? ""];
  });
}

function negativeText(option: ArgDef): string | undefined {
  return "negativeDescription" in option ? option.negativeDescription : undefined;
}

const WIDTH = 80;
const LEFT = 24;

/** A heading with its rows; a long left side gets a line of its own. */
function section(title: string, rows: readonly Row[], bold: Bold, left = LEFT): string {
  if (rows.length === 0) return "";
  const lines = rows.map(([name, text]) => {
    const [first = "", ...more] = wrap(text, WIDTH - left - 2);
    const rest = more.map((line) => `\n${" ".repeat(left + 2)}${line}`).join("");
    const gap = name.length < left ? name.padEnd(left) : `${name}\n${" ".repeat(left + 2)}`;
    return `  ${gap}${first}${rest}`;
  });
  return [bold(title), ...lines].join("\n");
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function page(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
