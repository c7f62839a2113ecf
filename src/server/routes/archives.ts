/** `/user/**`: archives, as `moon` asks for them. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { parseArchivePath } from "../archive-path.ts";
import { archiveResponse, incomingResponse } from "../archive-response.ts";
import { errorResponse } from "../errors.ts";
import { reuse } from "../response-cache.ts";

/** @param prefix of the paths, such as `/mooncakes-download` */
export function archiveRoutes(served: ServedRegistry, prefix = "") {
  return new Elysia({ name: `archives${prefix}`, prefix }).get(
    "/user/*",
    async ({ request, params }) => {
      const wanted = parseArchivePath(params["*"]);
      if (!wanted) {
        const hint = "an archive's path is /user/OWNER/NAME/VERSION.zip";
        return errorResponse(404, "not-found", "that is no archive's path", hint);
      }
      // A part, or a length without a body, can only be told of what is here whole.
      const whole = request.method === "HEAD" || request.headers.has("range");
      const { entry, body } = await served.archive(wanted.module, wanted.version, whole);
      const response =
        body instanceof Blob
          ? archiveResponse(request, body, entry.checksum)
          : incomingResponse(body, entry.checksum);
      // Not what a client has already, nor parts: whoever takes those takes more than one.
      if (request.method === "GET" && response.status === 200) {
        const count = () => served.downloads.count(wanted.module, wanted.version);
        count();
        const again = () => served.hotArchive(entry.checksum);
        if (again()) reuse(response, { body: again, size: 0, onSent: count });
      }
      return response;
    },
  );
}
