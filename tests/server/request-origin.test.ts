import { expect, test } from "bun:test";
import { madeBy } from "../../src/server/request-origin.ts";

const SITE = "registry.example:8443";

test.each<[Record<string, string>, ReturnType<typeof madeBy>]>([
  [{ "sec-fetch-site": "same-origin" }, "own page"],
  [{ "sec-fetch-site": "same-site" }, "other page"],
  [{ "sec-fetch-site": "cross-site", origin: `https://${SITE}` }, "other page"],
  [{ "sec-fetch-site": "none" }, "user"],
  [{ origin: `https://${SITE}` }, "own page"],
  [{ origin: "https://registry.example" }, "other page"],
  [{ origin: "https://evil.example" }, "other page"],
  [{ origin: "null" }, "other page"],
  [{}, "unsaid"],
])("a request with %p was made by: %s", (headers, maker) => {
  const request = new Request(`https://${SITE}/modules`, { method: "POST", headers });
  expect(madeBy(request, SITE)).toBe(maker);
});
