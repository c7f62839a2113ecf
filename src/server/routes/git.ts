/** `/git/index`: the served view, for smart HTTP clones and fetches. */
import { Elysia } from "elysia";
import type { GitEndpoint } from "../../git/mod.ts";

/** @param prefix where else it is served, such as `/mooncakes-index` */
export function gitRoutes(endpoint: GitEndpoint, prefix = "/git/index") {
  return new Elysia({ name: `git${prefix}`, prefix })
    .get("/info/refs", ({ request }) => endpoint.advertise(request))
    .post("/git-upload-pack", ({ request }) => endpoint.uploadPack(request), { parse: "none" });
}
