/** Where the links and images of a README lead: into its own archive, or out into the world. */

import { posix } from "node:path";
import { percentDecoded } from "../../percent.ts";

export interface ReadmePlace {
  /** The README's own path in the archive, such as `docs/README.md`. */
  readonly path: string;
  /** The page that shows a file; undefined: none does. */
  readonly fileUrl: (path: string) => string | undefined;
  /** The file's own bytes. */
  readonly rawUrl: (path: string) => string | undefined;
}

/** A link's target as it may stand in the page, or undefined when it may not. */
export function linkTarget(href: string, place: ReadmePlace): string | undefined {
  const target = href.trim();
  if (target.startsWith("#")) return target === "#" ? undefined : `#${anchor(target.slice(1))}`;
  if (/^(?:https?:\/\/|mailto:)/i.test(target)) return isUrl(target) ? target : undefined;
  const inside = archivePath(target, place.path);
  return inside === undefined ? undefined : place.fileUrl(inside);
}

/** An image's address: only files of the archive are shown, as a page must call nobody else. */
export function imageTarget(src: string, place: ReadmePlace): string | undefined {
  const inside = archivePath(src.trim(), place.path);
  return inside === undefined ? undefined : place.rawUrl(inside);
}

/** The id of a heading, apart from the page's own ids. */
export function anchor(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s+/g, "-")
    .slice(0, 80);
  return `readme-${slug || "section"}`;
}

/** The archive's path that a relative reference means, or undefined when it leads out of it. */
function archivePath(reference: string, readme: string): string | undefined {
  // A scheme, another host, a root that is not the archive's, or a way to hide one of these.
  if (/^[a-z][a-z0-9+.-]*:|^\/\/|[\\\p{Cc}]/iu.test(reference)) return undefined;
  const bare = reference.replace(/[?#].*$/s, "");
  if (bare === "") return undefined;
  // A lone percent sign is a name's own.
  const path = percentDecoded(bare) ?? bare;
  if (/[\\\p{Cc}]/u.test(path)) return undefined;
  const from = path.startsWith("/") ? "" : posix.dirname(readme);
  const joined = posix.normalize(posix.join(from, path.replace(/^\/+/, ""))).replace(/\/$/, "");
  return joined === "." || joined === ".." || joined.startsWith("../") ? undefined : joined;
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}
