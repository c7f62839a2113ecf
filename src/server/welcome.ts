import type { ServedRegistry } from "../registry/mod.ts";
import { VERSION } from "../version.ts";

/** What `/` tells programs such as curl. */
export function welcome(served: ServedRegistry, url: string): Response {
  const lines = [
    `moonbit-registry ${VERSION}: ${served.name}`,
    "",
    "Use it:",
    `  MOONCAKES_REGISTRY=${url} moon update`,
    "",
    `Index     ${url}/git/index`,
    `Archives  ${url}/user/OWNER/NAME/VERSION.zip`,
    "",
  ];
  return new Response(lines.join("\n"), {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      // Browsers get a page at the same address.
      vary: "accept",
      "cache-control": "no-cache",
    },
  });
}
