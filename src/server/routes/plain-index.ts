/** `/index/**`: the served view as plain files, for sources of type `http`. */

import { Elysia } from "elysia";
import { matchesEtag } from "../../etag.ts";
import { percentDecoded } from "../../percent.ts";
import type { PlainFile, PlainIndex } from "../../registry/mod.ts";
import { errorResponse } from "../errors.ts";
import { reuse } from "../response-cache.ts";

export function plainIndexRoutes(index: PlainIndex) {
  return new Elysia({ name: "plain-index", prefix: "/index" })
    .get("/listing.json", ({ request }) => answer(request, index.listing(), "application/json"))
    .get("/user/*", ({ request, params }) => {
      const module = moduleIn(params["*"]);
      const file = module === undefined ? undefined : index.file(module);
      return answer(request, file, "text/plain; charset=utf-8");
    });
}

/** @example moduleIn("moonbitlang/x.index") → "moonbitlang/x" */
function moduleIn(rest: string): string | undefined {
  return /^(.+)\.index$/s.exec(percentDecoded(rest) ?? "")?.[1];
}

function answer(request: Request, file: PlainFile | undefined, type: string): Response {
  if (!file) {
    const hint = "GET /index/listing.json tells what is here";
    return errorResponse(404, "not-found", "there is no such file in the index", hint);
  }
  const headers = {
    etag: file.etag,
    "cache-control": "no-cache",
    "content-type": type,
    "x-content-type-options": "nosniff",
  };
  if (matchesEtag(request.headers.get("if-none-match"), file.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const body = new Blob([new Uint8Array(file.body)]);
  const response = new Response(body, { headers });
  return reuse(response, { body: () => body, size: body.size });
}
