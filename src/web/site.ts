/** The registry that the pages are of, and where its pages are. */
import { percentDecoded } from "../percent.ts";

export interface Site {
  /** As its configuration calls it. */
  readonly name: string;
  /** Where the visitor reached it: absolute, without a trailing slash. */
  readonly url: string;
  /** For those who may not even know what answers them. */
  readonly isHidden?: boolean;
}

/** A path of this site, behind whatever prefix a proxy gives it. */
export function at(site: Site, path: string): string {
  return new URL(site.url).pathname.replace(/\/$/, "") + path;
}

/** `/m/OWNER/NAME[@VERSION]`. */
export function modulePage(site: Site, module: string, version?: string): string {
  const name = version === undefined ? module : `${module}@${version}`;
  return at(site, `/m/${encodePath(name)}`);
}

/** A page below a version's: `/m/OWNER/NAME@VERSION/-/files/src/lib.mbt`. */
export function versionPage(
  site: Site,
  module: string,
  version: string,
  page: "files" | "raw" | "versions" | "dependencies",
  path = "",
): string {
  const below = path === "" ? page : `${page}/${encodePath(path)}`;
  return `${modulePage(site, module, version)}/-/${below}`;
}

export function ownerPage(site: Site, owner: string): string {
  return at(site, `/o/${encodeURIComponent(owner)}`);
}

/** A KnitPkg project's: `/p/TARGET/ORGANIZATION/NAME`. */
export function projectPage(
  site: Site,
  { target, organization, name }: { target: string; organization: string; name: string },
): string {
  return at(site, `/p/${[target, organization, name].map(encodeURIComponent).join("/")}`);
}

export function projectsPage(site: Site, target: string): string {
  return at(site, `/p/${encodeURIComponent(target)}`);
}

export function searchPage(site: Site, query: Readonly<Record<string, string>>): string {
  const words = new URLSearchParams(query).toString();
  return at(site, words === "" ? "/search" : `/search?${words}`);
}

/** A path with everything but its slashes, `@` and `+` escaped where a URL asks for it. */
export function encodePath(path: string): string {
  return encodeURIComponent(path).replace(/%2F/g, "/").replace(/%40/g, "@").replace(/%2B/g, "+");
}

/** What a path below `/m/` names. */
export interface ModuleAddress {
  readonly module: string;
  readonly version: string | undefined;
  /** After `/-/`: the page and the path in the archive. */
  readonly page: string;
  readonly path: string;
}

/**
 * @param rest the raw path after `/m/`
 * @returns undefined for what names no module
 * @example parseModuleAddress("a/b@1.0.0/-/files/src/x.mbt") → { module: "a/b", version: "1.0.0", page: "files", path: "src/x.mbt" }
 */
export function parseModuleAddress(rest: string): ModuleAddress | undefined {
  const text = percentDecoded(rest)?.replace(/\/$/, "");
  if (text === undefined) return undefined;
  const match = /^([^/@]+\/[^@]+?)(?:@([^/@]+))?(?:\/-\/([^/]+)(?:\/(.+))?)?$/su.exec(text);
  if (!match) return undefined;
  return { module: match[1]!, version: match[2], page: match[3] ?? "", path: match[4] ?? "" };
}
