/** `/git/index`: the served view, for smart HTTP clones and fetches. */
import { Elysia } from "elysia";
import type { GitEndpoint } from "../../git/mod.ts";

export function gitRoutes(endpoint: GitEndpoint) {
  return new Elysia({ name: "git", prefix: "/git/index" })
    .get("/info/refs", ({ request }) => endpoint.advertise(request))
    .post("/git-upload-pack", ({ request }) => endpoint.uploadPack(request), { parse: "none" });
}
