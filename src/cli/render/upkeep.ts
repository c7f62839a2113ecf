/** What checking and tidying up came to. Pure. */
import { isArchive } from "../../bundles/mod.ts";
import type {
  BundleHead,
  ExportSummary,
  GcSummary,
  ImportSummary,
  VerifySummary,
} from "../../registry/mod.ts";
import { bytes, count, duration, plural } from "./units.ts";

/** `Checked 6,500 archives (509 MiB) and 9,120 Git objects in 0.6 s: all is sound` */
export function verifyLine(summary: VerifySummary): string {
  const { archives, objects, problems, unreferenced, restored, elapsedMs } = summary;
  const what = `${plural(archives, "archive")} (${bytes(summary.bytes)}) and ${plural(objects, "Git object")}`;
  const repaired = problems.filter((each) => each.repaired).length;
  const parts = [
    problems.length === 0 ? "all is sound" : plural(problems.length, "problem"),
    ...(repaired > 0 ? [`${repaired} repaired`] : []),
    ...(restored > 0 ? [`${plural(restored, "archive")} put back`] : []),
    ...(unreferenced > 0 ? [`${plural(unreferenced, "archive")} in no index`] : []),
  ];
  return `Checked ${what} in ${duration(elapsedMs)}: ${parts.join(", ")}`;
}

/** What goes, one a line: `<sha256>  owner/name@1.2.3` or the path of a leftover. */
export function gcLines({ archives, leftovers }: GcSummary): string[] {
  return [
    ...archives.map(({ sha256, version }) => (version ? `${sha256}  ${version}` : sha256)),
    ...leftovers.map(({ path }) => path),
  ];
}

/** `Removed 12 archives, 3 leftovers and 40 Git objects: 4.1 MiB` */
export function gcTotals({
  archives,
  leftovers,
  gitObjects,
  bytes: size,
  dryRun,
}: GcSummary): string {
  const parts = [
    plural(archives.length, "archive"),
    plural(leftovers.length, "leftover"),
    plural(gitObjects, "Git object"),
  ];
  return `${dryRun ? "Would remove" : "Removed"} ${parts.join(", ")}: ${bytes(size)}`;
}

/** `2 files (4.1 MiB) of bad bytes stay in data/quarantine for 30 days`, if there are any. */
export function quarantineLines({ quarantined: { files, bytes: size } }: GcSummary): string[] {
  if (files === 0) return [];
  return [
    `${plural(files, "file")} (${bytes(size)}) of bad bytes stay in data/quarantine for 30 days.`,
  ];
}

/** `Exported 120 archives (4.1 MiB) as bundle 2 to packages.bundle`, and the bundle's id below. */
export function exportLine(summary: ExportSummary): string {
  const { archives, removed, number, id, files, there } = summary;
  const where = files.length === 0 ? [] : [files.join(", ")];
  const parts = [
    `Exported ${plural(archives, "archive")} (${bytes(summary.bytes)})`,
    ...(removed > 0 ? [`${plural(removed, "removal")}`] : []),
  ];
  const resumed = there > 0 ? `; ${plural(there, "file")} there before` : "";
  return `${parts.join(" and ")} as bundle ${number}${where.length > 0 ? ` to ${where}` : ""}${resumed}\n${id}`;
}

export function importLine(summary: ImportSummary): string {
  const { outcome, archives, alreadyStored, removed, lacking, number, registry } = summary;
  const what = `bundle ${number} of ${JSON.stringify(registry)}`;
  if (outcome === "applied before") {
    const hint = `; \`verify --repair --from\` it would put back ${plural(lacking, "archive")}`;
    return `Nothing to do: ${what} was applied before${lacking > 0 ? hint : ""}`;
  }
  if (outcome === "superseded") return `Nothing to do: a newer one than ${what} was applied before`;
  const parts = [
    `${plural(archives, "archive")} (${bytes(summary.bytes)})`,
    ...(alreadyStored > 0 ? [`${count(alreadyStored)} of them here before`] : []),
    ...(removed > 0 ? [`${count(removed)} removed`] : []),
  ];
  return `Imported ${what}: ${parts.join(", ")}`;
}

/** A bundle's table of contents. */
export function contentsLines({ id, manifest, signedBy }: BundleHead): string[] {
  const { registry, number, base, removed, files } = manifest;
  const archives = files.filter(isArchive);
  const size = archives.reduce((sum, file) => sum + file.size, 0);
  const byVersion = archives
    .map((file): [string, string] => [file.version ?? "(beside the index)", bytes(file.size)])
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  const rows: [string, string][] = [
    ["Bundle", id],
    ["Of", `${JSON.stringify(registry)}, number ${number}`],
    ["Goes on from", base ?? "nothing: it is whole"],
    ["Signed by", signedBy ?? "nobody"],
    ["Archives", `${count(archives.length)}, ${bytes(size)}`],
    ...(removed.length > 0
      ? [["Removes", plural(removed.length, "archive")] as [string, string]]
      : []),
  ];
  return [
    ...rows.map(([name, value]) => `${`${name}:`.padEnd(14)}${value}`),
    ...(archives.length > 0 ? [""] : []),
    ...byVersion.map(([version, each]) => `${each.padStart(9)}  ${version}`),
  ];
}
