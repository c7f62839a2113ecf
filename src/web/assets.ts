/**
 * The one style sheet, the one script and the icon, embedded. Their addresses hold their hash, so
 * that a browser keeps them for ever and still gets the next version's at once.
 */
import script from "./assets/client.js" with { type: "text" };
import icon from "./assets/icon.txt" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };
import { compressed } from "./response.ts";

interface Asset {
  readonly body: string;
  readonly type: string;
}

const ASSETS: ReadonlyMap<string, Asset> = new Map([
  [named("style", "css", style), { body: style, type: "text/css; charset=utf-8" }],
  [named("client", "js", script), { body: script, type: "text/javascript; charset=utf-8" }],
  [named("icon", "svg", icon), { body: icon, type: "image/svg+xml" }],
]);

/** Paths of the assets on this site. */
export const [STYLE, SCRIPT, ICON] = [...ASSETS.keys()].map((name) => `/_/${name}`) as [
  string,
  string,
  string,
];

/** @returns undefined when no asset has this name */
export function assetResponse(request: Request, name: string): Response | undefined {
  const asset = ASSETS.get(name);
  if (!asset) return undefined;
  return compressed(request, asset.body, {
    "content-type": asset.type,
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
  });
}

function named(name: string, extension: string, body: string): string {
  return `${name}-${Bun.SHA256.hash(body, "hex").slice(0, 12)}.${extension}`;
}
