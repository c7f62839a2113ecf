/** The index line of a publication. */
import { type IndexLine, parseModuleFile } from "../../index/mod.ts";
import type { Manifest } from "../../packaging/mod.ts";

/** Fields that are the registry's to say. */
const OURS: ReadonlySet<string> = new Set([
  "name",
  "version",
  "checksum",
  "created_at",
  "yanked",
  "yanked_reason",
]);

/** The manifest's fields in its order, as other registries write them, then checksum and time. */
export function publicationLine(manifest: Manifest, checksum: string, time: number): IndexLine {
  const { name, version } = manifest.fields;
  const fields = Object.entries(manifest.fields).filter(([key]) => !OURS.has(key));
  const line = Object.fromEntries([
    ["name", name],
    ["version", version],
    ...fields,
    ["checksum", checksum],
    ["created_at", new Date(time).toISOString()],
  ]);
  return readLine(String(name), Buffer.from(JSON.stringify(line)));
}

/** A line as clients would read it. */
export function readLine(module: string, bytes: Buffer): IndexLine {
  const { lines, bad } = parseModuleFile(module, bytes);
  const [line] = lines;
  if (!line || lines.length > 1) throw new Error(`bad index line: ${bad[0]?.problem}`);
  return line;
}
