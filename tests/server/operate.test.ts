/** Signing in to `/operate`. */
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { startKnitPkg } from "../support/knitpkg-server.ts";

const signIn = (url: string, token: string) =>
  fetch(`${url}/operate/sign-in`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/x-www-form-urlencoded" },
    body: `token=${token}`,
  });

test("a token that is none, or no admin's, is told of on the page", async () => {
  await using server = await startKnitPkg();
  const wrong = await signIn(server.url, "mbr_none");
  expect([wrong.status, wrong.headers.get("content-type")]).toEqual([
    401,
    "text/html; charset=utf-8",
  ]);
  const low = await signIn(server.url, server.token("ann", "read"));
  expect(low.status).toBe(403);
  expect(await low.text()).toContain("The token ann has no scope admin");
});

test("tokens that cannot be looked up are no wrong token, and a stranger is told of no path", async () => {
  await using server = await startKnitPkg();
  const { state } = server.registry.paths;
  const token = server.token("ann", "admin");
  for (const suffix of ["-wal", "-shm"]) rmSync(state + suffix, { force: true });
  writeFileSync(state, "no database at all, but as long as one's head".repeat(100));
  const response = await signIn(server.url, token);
  expect(response.status).toBe(502);
  expect(await response.text()).not.toContain(state);
  expect(server.warnings.join()).toContain("state.db is damaged");
});
