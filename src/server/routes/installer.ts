/** `/install.sh`, `/install.ps1`, `/dist/**`: this program, for machines without the internet. */
import { Elysia } from "elysia";
import { checksums, installerScript } from "../../distribution/mod.ts";
import type { ServedRegistry } from "../../registry/mod.ts";
import { archiveResponse } from "../archive-response.ts";
import { errorResponse } from "../errors.ts";

export function installerRoutes(
  { executables }: ServedRegistry,
  baseUrl: (request: Request) => string,
) {
  const script = (kind: "sh" | "ps1") => (context: { request: Request }) =>
    text(installerScript(kind, baseUrl(context.request)));
  return new Elysia({ name: "installer" })
    .get("/install.sh", script("sh"))
    .get("/install.ps1", script("ps1"))
    .get("/dist/SHA256SUMS", async () => text(await checksums(executables)))
    .get("/dist/:file", async ({ request, params }) => {
      const found = executables.find(params.file);
      if (!found) return notOffered(executables.list().map(({ name }) => name));
      const { path, sha256 } = found;
      const sentAs = { cacheControl: "no-cache", contentType: "application/octet-stream" };
      return archiveResponse(request, Bun.file(path), await sha256(), sentAs);
    });
}

function text(body: string): Response {
  return new Response(body, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}

function notOffered(names: readonly string[]): Response {
  const hint =
    names.length === 0 ? "put some into server.dist_dir" : `there are ${names.join(", ")}`;
  return errorResponse(404, "not-found", "no such executable is handed out here", hint);
}
