/** `/metrics`: for Prometheus. Source: Prometheus text exposition format 0.0.4. */
import { Elysia } from "elysia";
import type { ServedRegistry } from "../../registry/mod.ts";
import type { Traffic } from "../traffic.ts";

export function metricsRoutes(served: ServedRegistry, traffic: Traffic) {
  return new Elysia({ name: "metrics" }).get("/metrics", async () => {
    // Loaded when asked for: most servers are never watched.
    const { metricsText } = await import("../metrics-text.ts");
    const { text, contentType } = await metricsText(await served.measures(), traffic.counts());
    return new Response(text, {
      headers: { "content-type": contentType, "cache-control": "no-store" },
    });
  });
}
