/** What a server tells monitoring. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { readState } from "../../src/registry/state.ts";
import { serve, succeed } from "../support/executable.ts";
import { createWorld, ofModules } from "../support/world.ts";

/** Samples by name and labels, as they stand in the text. */
async function metrics(url: string): Promise<Map<string, number>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  const lines = (await response.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at).replace("moonbit_registry_", ""), Number(line.slice(at + 1))];
    }),
  );
}

test("requests, bytes, pulls, failures, sources and sizes are told; downloads outlive the server", async () => {
  await using world = await createWorld();
  const { dir, entries, upstream } = world;
  const [stored] = ofModules(entries, "moonbitlang/x");
  await succeed(["mirror", "moonbitlang/x", "--strict"], { cwd: dir });
  const other = entries.find(({ module }) => module !== "moonbitlang/x")!;
  {
    await using server = await serve(dir);
    const get = (path: string, init?: RequestInit) => fetch(server.url + path, init);
    const path = `/user/${stored!.module}/${stored!.version}.zip`;
    const whole = await (await get(path)).bytes();
    await get(path);
    await get(path, { method: "HEAD" });
    await get(path, { headers: { range: "bytes=0-9" } });
    await get(path, { headers: { "if-none-match": `"${stored!.checksum}"` } });
    await get("/user/no/such/1.0.0.zip");
    const pulled = await (await get(`/user/${other.module}/${other.version}.zip`)).bytes();
    await upstream.stop();
    const gone = entries.findLast(
      ({ module, checksum }) => module !== stored!.module && checksum !== other.checksum,
    )!;
    expect((await get(`/user/${gone.module}/${gone.version}.zip`)).status).toBe(502);
    const found = await metrics(server.url);
    const at = (name: string) => found.get(name);
    expect(at('requests_total{group="archives",status="2xx"}')).toBe(5);
    expect(at('requests_total{group="archives",status="3xx"}')).toBe(1);
    expect(at('requests_total{group="archives",status="4xx"}')).toBe(1);
    expect(at('requests_total{group="archives",status="5xx"}')).toBe(1);
    expect(at('sent_bytes_total{group="archives",status="2xx"}')).toBeGreaterThanOrEqual(
      2 * whole.length + 10,
    );
    expect(at('pulled_archives_total{source="up"}')).toBe(1);
    expect(at('pulled_bytes_total{source="up"}')).toBe(pulled.length);
    expect(at('upstream_failures_total{source="up"}')).toBe(1);
    expect(at("downloads_total")).toBe(3);
    expect(at('source_sync_failures{source="up"}')).toBe(0);
    expect(at('source_last_success_timestamp_seconds{source="up"}')).toBeGreaterThan(1.7e9);
    expect(at('versions{view="listed"}')).toBe(entries.length);
    expect(at('versions{view="stored"}')).toBeGreaterThanOrEqual(
      ofModules(entries, "moonbitlang/x").length,
    );
    expect(at('modules{view="listed"}')).toBe(new Set(entries.map((e) => e.module)).size);
    expect(at("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect([...found.keys()].some((name) => name.startsWith("info{version="))).toBe(true);
    // Asked again, nothing is registered twice.
    expect((await metrics(server.url)).get("downloads_total")).toBe(3);
  }
  expect(
    readState(join(dir, "data", "state.db"))
      ?.downloads()
      .get("moonbitlang/x"),
  ).toBe(2);
  await using again = await serve(dir);
  expect((await metrics(again.url)).get("downloads_total")).toBe(3);
}, 20_000);

test("auto-sync is told by the server, and by status, which is another process", async () => {
  await using world = await createWorld();
  const { dir, upstream } = world;
  await succeed(["sync"], { cwd: dir });
  await succeed(["config", "mirror.auto_sync", "true"], { cwd: dir });
  await upstream.stop();
  await using server = await serve(dir);
  let found = await metrics(server.url);
  while (!found.has("auto_sync_failures")) found = await metrics(server.url);
  expect(found.get("auto_sync_failures")).toBe(1);
  expect(found.get('source_sync_failures{source="up"}')).toBe(1);
  expect(found.get("auto_sync_next_timestamp_seconds")).toBeGreaterThan(Date.now() / 1000);
  const { autoSync } = JSON.parse(await succeed(["status", "--json"], { cwd: dir }));
  expect(autoSync).toMatchObject({ failures: 1, error: expect.stringContaining("source up") });
  expect(await succeed(["status"], { cwd: dir })).toMatch(
    /^Auto-sync: +last just now, failed 1 time: source up .*; next in \d+ s$/m,
  );
  await succeed(["config", "mirror.auto_sync", "false"], { cwd: dir });
  expect(await succeed(["status"], { cwd: dir })).not.toContain("Auto-sync");
}, 20_000);
