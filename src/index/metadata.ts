/**
 * What an index line tells people about its version, as far as it has the type that it should have:
 * lines are written by many tools over many years, and nothing is made of a field that is odd.
 */
import type { IndexLine } from "./entry.ts";

export interface Metadata {
  readonly description: string | undefined;
  readonly license: string | undefined;
  /** As written: an address, in any form. */
  readonly repository: string | undefined;
  readonly homepage: string | undefined;
  /** The README's path in the archive. */
  readonly readme: string | undefined;
  readonly keywords: readonly string[];
  readonly authors: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
  /** Why something else should be used, by the author's own word. */
  readonly deprecated: string | undefined;
  readonly supportedTargets: readonly string[];
}

/** Every field of a line, as it was published. */
export function readFields({ bytes }: IndexLine): Readonly<Record<string, unknown>> {
  return JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
}

/** Reads a line's fields; one that is missing or odd is undefined, or an empty list. */
export function parseMetadata(line: IndexLine): Metadata {
  const fields = readFields(line);
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  return {
    description: text("description"),
    license: text("license"),
    repository: text("repository"),
    homepage: text("homepage"),
    readme: text("readme"),
    keywords: texts(fields.keywords ?? fields.keyword),
    authors: texts(fields.authors),
    createdAt: line.entry.createdAt,
    deprecated: text("deprecated"),
    supportedTargets: texts(fields["supported-targets"] ?? fields.targets),
  };
}

/** The texts of a list, each once; a text alone is a list of one. */
function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  const found = list.flatMap((each) => (typeof each === "string" ? [each.trim()] : []));
  return [...new Set(found.filter((each) => each !== ""))];
}
