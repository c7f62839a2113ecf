/** A server whose `state.db` another program holds. */
import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { startKnitPkg } from "../support/knitpkg-server.ts";

test("what needs it is refused in a moment with a word, all else goes on, and so does it afterwards", async () => {
  await using server = await startKnitPkg();
  const { state } = server.registry.paths;
  const token = server.token("ann", "admin");
  const other = new Database(state);
  other.exec("BEGIN EXCLUSIVE");
  const headers = { authorization: `Bearer ${token}` };
  for (const path of ["/metrics", "/api/v0/whoami", "/v1/auth/whoami", "/v1/auth/whoami"]) {
    const started = performance.now();
    const response = await fetch(server.url + path, { headers });
    const text = await response.text();
    expect([path, response.status]).toEqual([path, 503]);
    expect(text).toContain("another program holds it");
    expect(text).not.toContain(state);
    expect(performance.now() - started).toBeLessThan(2_500);
  }
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(server.bugs).toEqual([]);
  other.close();
  expect((await fetch(`${server.url}/api/v0/whoami`, { headers })).status).toBe(200);
});
