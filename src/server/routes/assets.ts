/** `/symbols.zip`: the default source's symbol index, which clients can do without. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { archiveResponse } from "../archive-response.ts";
import { errorResponse } from "../errors.ts";

export function assetRoutes(served: ServedRegistry) {
  return new Elysia({ name: "assets" }).get("/symbols.zip", async ({ request }) => {
    const symbols = await served.symbols();
    if (!symbols) return errorResponse(404, "not-found", "no symbols are stored here");
    return archiveResponse(request, symbols.body, symbols.sha256, "no-cache");
  });
}
