/**
 * The one style sheet, the one script and the icon, embedded. Their addresses hold their hash, so
 * that a browser keeps them for ever and still gets the next version's at once.
 */
import script from "./assets/client.js" with { type: "text" };
import icon from "./assets/icon.txt" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };
import { takesGzip } from "./response.ts";

interface Asset {
  readonly body: Uint8Array<ArrayBuffer>;
  /** The same, compressed. */
  readonly gzip: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

const ASSETS: ReadonlyMap<string, Asset> = new Map([
  asset("style", "css", style, "text/css; charset=utf-8"),
  asset("client", "js", script, "text/javascript; charset=utf-8"),
  asset("icon", "svg", icon, "image/svg+xml"),
]);

/** Paths of the assets on this site. */
export const [STYLE, SCRIPT, ICON] = [...ASSETS.keys()].map((name) => `/_/${name}`) as [
  string,
  string,
  string,
];

/** @returns undefined when no asset has this name */
export function assetResponse(request: Request, name: string): Response | undefined {
  const found = ASSETS.get(name);
  if (!found) return undefined;
  const isSmall = takesGzip(request);
  return new Response(isSmall ? found.gzip : found.body, {
    headers: {
      "content-type": found.type,
      ...(isSmall && { "content-encoding": "gzip" }),
      vary: "accept-encoding",
      "cache-control": "public, max-age=31536000, immutable",
      "x-content-type-options": "nosniff",
    },
  });
}

function asset(name: string, extension: string, text: string, type: string): [string, Asset] {
  const body = new TextEncoder().encode(text);
  const address = `${name}-${Bun.SHA256.hash(body, "hex").slice(0, 12)}.${extension}`;
  return [address, { body, gzip: Bun.gzipSync(body), type }];
}
