/** Sources that are known by name. */
import type { IndexType, SourceConfig } from "./schema.ts";

export const PRESETS = {
  mooncakes: {
    name: "mooncakes",
    type: "mooncakes",
    url: "https://mooncakes.io",
    indexUrl: "https://mooncakes.io/git/index",
    indexType: "git",
    downloadUrl: "https://download.mooncakes.io",
    enabled: true,
    priority: 100,
  },
} as const satisfies Record<string, SourceConfig>;

/** The priority of a source that is no preset. */
export const USUAL_PRIORITY = 50;

/** Where a source's archives are when it does not say. Only the public registry keeps them elsewhere. */
export function defaultDownloadUrl(source: Pick<SourceConfig, "type" | "url">): string {
  const { type, url, downloadUrl } = PRESETS.mooncakes;
  return source.type === type && source.url === url ? downloadUrl : source.url;
}

export function defaultIndexUrl(url: string, indexType: IndexType = "git"): string {
  return indexType === "git" ? `${url}/git/index` : `${url}/index`;
}
