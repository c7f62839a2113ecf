/** Writes keys and values as TOML. */
import { parse } from "smol-toml";
import type { Value } from "./keys.ts";
import type { Path } from "./scan.ts";

export function writeValue(value: Value): string {
  if (typeof value === "string") return writeText(value);
  if (typeof value === "object") return `[${value.map(writeText).join(", ")}]`;
  return String(value);
}

/** A dotted key; numbers, which count `[[tables]]`, are left out. */
export function writeKey(path: Path): string {
  return path
    .filter((word) => typeof word === "string")
    .map((word) => (/^[A-Za-z0-9_-]+$/.test(word) ? word : writeText(word)))
    .join(".");
}

/** `key = value` lines. */
export function writePairs(table: Readonly<Record<string, Value>>): string[] {
  return Object.entries(table).map(([key, value]) => `${writeKey([key])} = ${writeValue(value)}`);
}

/** An inline table, which may hold more of them. */
export function writeInline(
  table: Readonly<Record<string, Value | Record<string, Value>>>,
): string {
  const pairs = Object.entries(table).map(([key, value]) => {
    const isTable = typeof value === "object" && !Array.isArray(value);
    const written = isTable
      ? writeInline(value as Record<string, Value>)
      : writeValue(value as Value);
    return `${writeKey([key])} = ${written}`;
  });
  return `{ ${pairs.join(", ")} }`;
}

/** A basic string: JSON's, except that TOML also wants DEL escaped. */
function writeText(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007F");
}

/** The array of texts that is written here, or undefined. */
export function parseTexts(written: string): readonly string[] | undefined {
  try {
    const { value } = parse(`value = ${written}`);
    const texts = Array.isArray(value) ? value : [];
    return Array.isArray(value) && texts.every((each) => typeof each === "string")
      ? (texts as string[])
      : undefined;
  } catch {
    // Whoever asks says what is wanted instead; the parser's words are about TOML.
    return undefined;
  }
}
