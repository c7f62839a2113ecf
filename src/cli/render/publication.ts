/** What was, or would be, published. Pure. */
import type { Publication } from "../../registry/mod.ts";
import { withoutUnseen } from "./printable.ts";
import { table } from "./table.ts";
import { bytes, plural } from "./units.ts";

export interface PublicationReport extends Publication {
  /** Name or URL of where it went; null when nowhere. */
  readonly registry: string | null;
}

/**
 *     Published alice/json@0.1.0 in team: 5 files, 662 B, SHA-256 d40f…
 *
 * and for a dry run before it each file and the index line.
 */
export function publicationLines(report: PublicationReport, dryRun: boolean): string[] {
  const { module, version, files, size, checksum, line, outcome, registry } = report;
  const what = `${module}@${version}`;
  const where = registry === null ? "" : ` in ${registry}`;
  const facts = `${plural(files.length, "file")}, ${bytes(size)}, SHA-256 ${checksum}`;
  if (!dryRun) {
    return outcome === "unchanged"
      ? [`${what} is published${where} already, with these bytes: SHA-256 ${checksum}`]
      : [`Published ${what}${where}: ${facts}`];
  }
  const rows = files.map((file) => [bytes(file.size), file.path]);
  const already = outcome === "unchanged" ? "; it is there already, with these bytes" : "";
  return [...table(rows, [0]), line, `Would publish ${what}${where}: ${facts}${already}`];
}

/** One of the problems of a module, which may come from a server: `FILE, line N: what; fix`. */
export function problemLine(problem: unknown): string {
  const { file, line, message, fix } = (problem ?? {}) as Readonly<Record<string, unknown>>;
  const at = typeof line === "number" ? `, line ${line}` : "";
  const where = typeof file === "string" && file !== "." ? `${file}${at}: ` : "";
  const told = [message, fix].filter((each) => typeof each === "string");
  return withoutUnseen(where + (told.join("; ") || "something is wrong"), "?").slice(0, 2_000);
}
