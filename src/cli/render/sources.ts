/** Sources for people and for programs. Credentials are in neither. Pure. */
import type { Config, SourceConfig } from "../../config/mod.ts";
import type { conflicts } from "../../registry/mod.ts";

type Conflict = ReturnType<typeof conflicts>[number];

/** Exactly as documented; no colours. */
export function sourceListText({ sources, defaultSource }: Config): string {
  const blocks = sources.map(({ name, enabled, type, url, indexUrl, indexType, priority }) =>
    [
      `  ${name}${name === defaultSource ? " (default)" : ""} [${enabled ? "enabled" : "disabled"}]`,
      `    Type: ${type}`,
      `    URL: ${url}`,
      `    Index: ${indexUrl} (${indexType})`,
      `    Priority: ${priority}`,
    ].join("\n"),
  );
  return ["Configured sources:", ...blocks].join("\n\n");
}

/** One module a line: whose it is, and who offers it in vain. */
export function conflictsText(conflicts: readonly Conflict[]): string {
  if (conflicts.length === 0) return "No module is offered by more than one source.";
  const lines = conflicts.map(({ module, owner, losers }) => {
    return `${module}: from ${owner}; shadowed: ${losers.join(", ")}`;
  });
  return lines.join("\n");
}

/** A source with the keys of `registry.toml`. */
export function sourceRecord(source: SourceConfig, defaultSource: string | undefined) {
  return {
    name: source.name,
    type: source.type,
    url: source.url,
    index_url: source.indexUrl,
    index_type: source.indexType,
    download_url: source.downloadUrl,
    enabled: source.enabled,
    priority: source.priority,
    default: source.name === defaultSource,
  };
}
