/** Sources that change their past: it is followed, but for the bytes of what is stored. */
import { expect, test } from "bun:test";
import { readRef, writeRef } from "../../../src/git/mod.ts";
import { openSnapshot } from "../../../src/index/mod.ts";
import { gc, mirror, type Registry, sync, verify } from "../../../src/registry/mod.ts";
import { STORED_VIEW } from "../../../src/registry/paths.ts";
import { dropPins, idlePins, pinsRef } from "../../../src/registry/views/rewrites.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import {
  carry,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
  warnings,
} from "../../support/islands.ts";
import { fetched, linesOn, newRegistry, SOURCE } from "../../support/published.ts";

/** Syncs. @returns what it warned of */
async function synced(registry: Registry): Promise<string[]> {
  const { said, report } = warnings();
  await sync(registry, {}, report);
  return said;
}

const served = (registry: Registry) =>
  linesOn(registry, STORED_VIEW, "a/r").map((line) => JSON.parse(line) as Record<string, unknown>);

test("a stored version that disappears and comes back with other bytes is not taken over", async () => {
  using upstream = startSmallUpstream();
  const first = upstream.list("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);

  upstream.drop("a/r", "1.0.0");
  expect(await synced(registry)).toEqual(["source up: a/r@1.0.0 has disappeared"]);
  expect(served(registry).map(({ version }) => version)).toEqual(["1.1.0"]);
  await gc(registry, {}, silent);

  upstream.list("a/r", "1.0.0", { content: "other bytes" });
  expect(await synced(registry)).toEqual([
    "source up: a/r@1.0.0 has another checksum than what is stored; it is not taken over",
  ]);
  expect(served(registry).find(({ version }) => version === "1.0.0")?.checksum).toBe(first);
  expect(await storedIn(registry)).toContain(first);
});

test("so it is when the whole module went away in between", async () => {
  using upstream = startSmallUpstream();
  const first = upstream.list("a/r", "1.0.0");
  upstream.list("b/other", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r");
  await synced(registry);
  expect(served(registry)).toEqual([]);
  upstream.list("a/r", "1.0.0", { content: "other bytes" });
  expect(await synced(registry)).toHaveLength(1);
  expect(served(registry)).toMatchObject([{ version: "1.0.0", checksum: first }]);
});

test("one that comes back as it was is its source's again, with what that says of it later", async () => {
  using upstream = startSmallUpstream();
  const first = upstream.list("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r", "1.0.0");
  await synced(registry);
  upstream.list("a/r", "1.0.0");
  expect(await synced(registry)).toEqual([]);
  upstream.list("a/r", "1.0.0", { fields: { yanked: true } });
  expect(await synced(registry)).toEqual([]);
  expect(served(registry)).toContainEqual(
    expect.objectContaining({ version: "1.0.0", checksum: first, yanked: true }),
  );
});

test("a version that is not stored is followed wherever its source goes, with a warning", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, { patterns: ["a/r"], latest: 1 }, silent);
  upstream.drop("a/r", "1.0.0");
  expect(await synced(registry)).toEqual(["source up: a/r@1.0.0 has disappeared"]);
  upstream.list("a/r", "1.0.0", { content: "other bytes" });
  expect(await synced(registry)).toEqual([]);
  const last = upstream.list("a/r", "1.0.0", { content: "yet other bytes" });
  expect(await synced(registry)).toEqual(["source up: a/r@1.0.0 has another checksum than before"]);
  expect(readRef(registry.paths.index, pinsRef("up"))).toBeUndefined();
  await mirror(registry, everything, silent);
  expect(served(registry)).toContainEqual(expect.objectContaining({ checksum: last }));
});

test("a pin that stands is not made again when something else changes", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r", "1.0.0");
  await synced(registry);
  const tip = readRef(registry.paths.index, pinsRef("up"));
  expect(tip).toBeDefined();
  upstream.list("a/r", "1.2.0");
  upstream.list("b/other", "1.0.0");
  await synced(registry);
  expect(readRef(registry.paths.index, pinsRef("up"))).toBe(tip);
});

test("when nothing is left of what is kept in case that it comes back, all is as before", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/r", "1.0.0");
  upstream.list("b/r", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r");
  await synced(registry);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toHaveLength(1);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toEqual([]);
  expect(await synced(registry)).toEqual([]);
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
  const replica = await islandOf();
  await take(replica, await carry(registry));
  expect(await storedIn(replica)).toEqual(await storedIn(registry));
});

test("keep-latest keeps an archive that disappeared under one name while another names it", async () => {
  using upstream = startSmallUpstream();
  const shared = upstream.list("a/r", "1.0.0", { content: "the same bytes" });
  expect(upstream.list("b/r", "1.0.0", { content: "the same bytes" })).toBe(shared);
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r");
  await synced(registry);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toEqual([]);
  expect(await storedIn(registry)).toEqual([shared]);
  expect(linesOn(registry, STORED_VIEW, "b/r")).toHaveLength(1);
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
});

test("keep-latest removes what disappeared too, and then nothing is known of it", async () => {
  using upstream = startSmallUpstream();
  const gone = upstream.list("a/r", "1.0.0");
  const changed = upstream.list("a/r", "1.1.0");
  const newest = upstream.list("a/r", "1.2.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0", { content: "other bytes" });
  await synced(registry);

  const dry = await gc(registry, { keepLatest: 2, dryRun: true }, silent);
  expect(dry.archives).toMatchObject([{ sha256: gone, version: "a/r@1.0.0" }]);
  expect(await storedIn(registry)).toContain(gone);
  await gc(registry, { keepLatest: 2 }, silent);
  // The one that its source lists with other bytes stays as it is.
  expect(await storedIn(registry)).toEqual([changed, newest].sort());
  expect(served(registry).map(({ checksum }) => checksum)).toEqual([newest, changed]);

  const other = upstream.list("a/r", "1.0.0", { content: "other bytes" });
  expect(await synced(registry)).toEqual([]);
  expect(served(registry)).toContainEqual(expect.objectContaining({ checksum: other }));
  expect(await synced(registry)).toEqual([]);
});

test("what is kept of many versions goes in one look at each of them", async () => {
  const registry = await newRegistry(SOURCE);
  const index = registry.paths.index;
  const versions = Array.from({ length: 2_000 }, (_, at) => `1.0.${at}`);
  await fetched(registry, "up", { "a/r": versions, "b/r": versions, "b/s": ["1.0.0"] });
  await writeRef(index, pinsRef("up"), readRef(index, sourceRef("up"))!);
  await fetched(registry, "up", { "a/r": ["1.0.7"], "b/s": ["1.0.0"] });
  let looks = 0;
  const pins = idlePins(registry).map(({ ref, entry }) => {
    const watched = Object.defineProperty({ ...entry }, "version", {
      get() {
        looks++;
        return entry.version;
      },
    });
    return { ref, entry: watched };
  });
  await dropPins(registry, pins);
  expect(looks).toBe(pins.length);
  const left = openSnapshot(registry.objects, readRef(index, pinsRef("up"))!);
  expect([...left.modules().keys()].sort()).toEqual(["a/r", "b/s"]);
  expect(left.module("a/r")!.lines.map(({ entry }) => entry.version)).toEqual(["1.0.7"]);
  registry.objects.close();
});
