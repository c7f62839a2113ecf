/** Modules for people. Pure. */
import type { ListedModule, ModuleInfo, ReleaseInfo } from "../../registry/mod.ts";
import { fitted, printable } from "./printable.ts";
import { plural } from "./units.ts";

/** A line each: name and version, description. */
export function foundLines(modules: readonly ListedModule[], width: number): string[] {
  const heads = modules.map(({ name, version }) => printable(`${name} ${version}`));
  // One long name must not push every description off the screen.
  const column = Math.min(Math.max(...heads.map((head) => Bun.stringWidth(head))), MAX_HEAD);
  return modules.map(({ description }, at) => {
    const head = heads[at]!;
    const gap = " ".repeat(Math.max(column - Bun.stringWidth(head), 0));
    const line = `${head}${gap}  ${printable(description ?? "")}`;
    return fitted(line.trimEnd(), width);
  });
}

const MAX_HEAD = 40;
/** More versions than these say little. */
const SHOWN_VERSIONS = 8;

export function infoText(info: ModuleInfo): string {
  const { metadata } = info;
  const text = (name: string) => {
    const value = metadata[name];
    return typeof value === "string" ? printable(value) : "";
  };
  const list = (name: string) => {
    const value = metadata[name];
    const texts = Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
    return texts.map(printable).join(", ");
  };
  const latest = info.version === info.latest_version ? "" : ` (latest: ${info.latest_version})`;
  const head = `${info.module} ${info.version}${latest}${yankText(info)}`;
  const needs = info.dependencies.map(({ module, version }) => printable(`${module} ${version}`));
  const rows: readonly (readonly [string, string])[] = [
    ["License", text("license")],
    ["Keywords", list("keywords")],
    ["Repository", text("repository")],
    ["Homepage", text("homepage")],
    ["Published", text("created_at").slice(0, 10)],
    ["Deprecated", text("deprecated")],
    ["Needs", needs.join(", ") || "nothing"],
    ["Needed by", info.dependents === 0 ? "no module" : plural(info.dependents, "module")],
    ["SHA-256", info.checksum],
    ["Versions", versionsText(info.versions)],
  ];
  const lines = rows.filter(([, value]) => value !== "");
  const table = lines.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}`);
  const description = text("description");
  return [head, ...(description ? [`  ${description}`] : []), "", ...table].join("\n");
}

function versionsText(versions: readonly ReleaseInfo[]): string {
  const shown = versions
    .slice(0, SHOWN_VERSIONS)
    .map(({ version, yanked }) => (yanked ? `${version} (yanked)` : version));
  const more = versions.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** ` (yanked: broken)` */
export function yankText({
  yanked,
  yanked_reason: reason,
}: {
  readonly yanked: boolean;
  readonly yanked_reason: string | null;
}): string {
  if (!yanked) return "";
  return reason ? ` (yanked: ${printable(reason)})` : " (yanked)";
}
