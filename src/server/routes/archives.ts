/** `/user/**`: archives, as `moon` asks for them. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { parseArchivePath } from "../archive-path.ts";
import { archiveResponse } from "../archive-response.ts";
import { errorResponse } from "../errors.ts";

export function archiveRoutes(served: ServedRegistry) {
  return new Elysia({ name: "archives" }).get("/user/*", async ({ request, params }) => {
    const wanted = parseArchivePath(params["*"]);
    if (!wanted) {
      const hint = "an archive's path is /user/OWNER/NAME/VERSION.zip";
      return errorResponse(404, "not-found", "that is no archive's path", hint);
    }
    const { entry, body } = await served.archive(wanted.module, wanted.version);
    return archiveResponse(request, body, entry.checksum);
  });
}
