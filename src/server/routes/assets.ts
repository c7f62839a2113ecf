/** `/symbols.zip` and `/assets/**`: what clients can do without. */

import { Elysia } from "elysia";
import { percentDecoded } from "../../percent.ts";
import type { ServedRegistry } from "../../registry/mod.ts";
import { archiveResponse } from "../archive-response.ts";
import { errorResponse } from "../errors.ts";

/** @param prefix of the paths, such as `/mooncakes-download` */
export function assetRoutes(served: ServedRegistry, prefix = "") {
  return new Elysia({ name: `assets${prefix}`, prefix })
    .get("/symbols.zip", async ({ request }) => {
      const symbols = await served.symbols();
      if (!symbols) return errorResponse(404, "not-found", "no symbols are stored here");
      return archiveResponse(request, symbols.body, symbols.sha256, { cacheControl: "no-cache" });
    })
    .get("/assets/*", async ({ request, params }) => {
      const path = percentDecoded(params["*"]);
      const isChecksum = path?.endsWith(".sha256") === true;
      const program = isChecksum ? path.slice(0, -".sha256".length) : path;
      const asset = program === undefined ? undefined : await served.asset(program);
      if (!asset) {
        const hint = "`mirror --assets` brings what the source has";
        return errorResponse(404, "not-found", "there is no such prebuilt program here", hint);
      }
      if (!isChecksum) return archiveResponse(request, asset.body, asset.sha256, WASM);
      const text = `${asset.sha256}  ${program!.split("/").at(-1)}\n`;
      return archiveResponse(request, new Blob([text]), `${asset.sha256}-sum`, TEXT);
    });
}

const WASM = { contentType: "application/wasm" };
const TEXT = { contentType: "text/plain; charset=utf-8" };
