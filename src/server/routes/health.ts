/** `/health` and `/ready`: whether the server lives, and whether it can do its work. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { VERSION } from "../../version.ts";
import type { Guard } from "../guard.ts";
import { fromStranger } from "../private.ts";

export function healthRoutes(served: ServedRegistry, guard: Guard) {
  return new Elysia({ name: "health" })
    .get("/health", ({ request }) =>
      Response.json({ status: "ok", ...(!fromStranger(guard, request) && { version: VERSION }) }),
    )
    .get("/ready", ({ request }) => {
      const { index, sync } = served.ready();
      if (fromStranger(guard, request)) return Response.json({ status: "ok" });
      // An empty registry is ready too: it serves what it has, which is nothing yet.
      return Response.json({ status: "ok", index: index ?? null, ...(sync && { sync }) });
    });
}
