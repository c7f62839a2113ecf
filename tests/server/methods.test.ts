/** What is asked for in a way that its path does not know. */
import { expect, test } from "bun:test";
import { startKnitPkg } from "../support/knitpkg-server.ts";

test.each([
  ["PUT", "/api/v0/search", "GET, HEAD"],
  ["DELETE", "/api/v0/search", "GET, HEAD"],
  ["OPTIONS", "/api/v0/search", "GET, HEAD"],
  ["POST", "/api/v0/search/?kw=x", "GET, HEAD"],
  ["DELETE", "/api/v0/modules/alice/json", "GET, HEAD, POST, PUT"],
  ["DELETE", "/", "GET, HEAD"],
  ["POST", "/m/alice/json", "GET, HEAD"],
  ["GET", "/git/index/git-upload-pack", "POST"],
  ["HEAD", "/operate/sync", "POST"],
  ["PUT", "/operate", "GET, HEAD"],
  ["PATCH", "/user/alice%2Fjson%2F0.1.0.zip", "GET, HEAD"],
])("%s %s is refused with what there is", async (method, path, allowed) => {
  await using server = await startKnitPkg();
  const response = await fetch(server.url + path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")?.split(", ").sort()).toEqual(allowed.split(", "));
  if (method !== "HEAD") {
    const { pathname } = new URL(server.url + path);
    const message = `${pathname} takes no ${method}`;
    expect(await response.json()).toMatchObject({ error: { code: "method-not-allowed", message } });
  }
  expect(server.bugs).toEqual([]);
});

test("KnitPkg's paths say it as its client reads it, and browsers see a page", async () => {
  await using server = await startKnitPkg();
  const register = await fetch(`${server.url}/v1/project/register`, { method: "PUT" });
  expect([register.status, register.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  expect(await register.json()).toEqual({
    detail: "/v1/project/register takes no PUT; it takes GET, HEAD, POST",
  });
  const page = await fetch(`${server.url}/search`, {
    method: "POST",
    headers: { accept: "text/html" },
  });
  expect([page.status, page.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  expect(await page.text()).toContain("/search takes no POST");
});

test("where nothing is, nothing is allowed", async () => {
  await using server = await startKnitPkg();
  for (const path of ["/nothing", "/api/v0", "/v1/nothing", "/__proto__", "/dist/a/b"]) {
    const response = await fetch(server.url + path, { method: "DELETE" });
    expect([path, response.status, response.headers.get("allow")]).toEqual([path, 404, null]);
  }
});

test("a private registry tells strangers nothing of what its paths take", async () => {
  await using server = await startKnitPkg("[server]\nrequire_read_token = true\n");
  const refused = await fetch(`${server.url}/api/v0/search`, { method: "PUT" });
  expect([refused.status, refused.headers.get("allow")]).toEqual([401, null]);
});
