/** `/api/v0/whoami`: whose token a request has, and what it may do. */
import { Elysia } from "elysia";
import type { Guard } from "../guard.ts";

export function whoamiRoutes(guard: Guard) {
  return new Elysia({ name: "whoami" }).get("/api/v0/whoami", ({ request }) => {
    const { name, scopes } = guard.require(request, "read");
    return Response.json({ name, scopes }, { headers: { "cache-control": "no-store" } });
  });
}
