/** Whether the server lives, whether it can do its work, and what it is. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import { VERSION } from "../../version.ts";
import type { Guard } from "../guard.ts";
import { fromStranger } from "../private.ts";

export function opsRoutes(served: ServedRegistry, guard: Guard) {
  return new Elysia({ name: "ops" })
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

/** What `/` tells programs such as curl. */
export function welcome(served: ServedRegistry, url: string): Response {
  const lines = [
    `moonbit-registry ${VERSION}: ${served.name}`,
    "",
    "Use it:",
    `  MOONCAKES_REGISTRY=${url} moon update`,
    "",
    `Index     ${url}/git/index`,
    `Archives  ${url}/user/OWNER/NAME/VERSION.zip`,
    "",
  ];
  return new Response(lines.join("\n"), {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      // Browsers get a page at the same address.
      vary: "accept",
      "cache-control": "no-cache",
    },
  });
}
