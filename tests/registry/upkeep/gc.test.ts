/** What gc takes, what it leaves, and in which order. */
import { expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../src/errors.ts";
import { createObjectBatch, readRef } from "../../../src/git/mod.ts";
import { addAssets, readAssets } from "../../../src/registry/assets/asset-map.ts";
import { gc, mirror, type Registry, sync, verify } from "../../../src/registry/mod.ts";
import { STORED_VIEW } from "../../../src/registry/paths.ts";
import { publishDirectory } from "../../../src/registry/publishing/publish.ts";
import { pinsRef } from "../../../src/registry/views/rewrites.ts";
import {
  archiveFile,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
} from "../../support/islands.ts";
import { writeModule } from "../../support/module.ts";
import { linesOn } from "../../support/published.ts";

test("a gc that is asked to end removes nothing more, and says why; the next one goes on", async () => {
  const registry = await islandOf();
  const waste = ["one", "two"].map((text) => Bun.SHA256.hash(text, "hex"));
  for (const sha256 of waste) await Bun.write(archiveFile(registry, sha256), "nobody knows me");
  const asked = new Failure("interrupted", "interrupted");
  await expect(gc(registry, { signal: AbortSignal.abort(asked) }, silent)).rejects.toBe(asked);
  const stored = async () => [...(await registry.archives.list())].sort();
  expect(await stored()).toEqual(waste.toSorted());
  const controller = new AbortController();
  const { delete: remove } = registry.archives;
  const archives = {
    ...registry.archives,
    async delete(sha256: string) {
      await remove(sha256);
      controller.abort(asked);
    },
  };
  const { signal } = controller;
  await expect(gc({ ...registry, archives }, { signal }, silent)).rejects.toBe(asked);
  expect(await stored()).toHaveLength(1);
  expect((await gc(registry, {}, silent)).archives).toHaveLength(1);
  expect(await stored()).toEqual([]);
});

test("an archive that something beside the index names stays, however old or gone the version is", async () => {
  using upstream = startSmallUpstream();
  const old = upstream.list("a/r", "1.0.0");
  const newest = upstream.list("a/r", "1.1.0");
  const gone = upstream.list("b/r", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("b/r");
  await sync(registry, {}, silent);
  const programs = new Map([
    ["a/r@1.0.0/r.wasm", old],
    ["b/r@1.0.0/r.wasm", gone],
  ]);
  await addAssets(registry, programs);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toEqual([]);
  expect(await storedIn(registry)).toEqual([old, newest, gone].sort());
  expect(readAssets(registry)).toEqual(programs);
  rmSync(join(registry.paths.root, "assets.json"));
  const { archives } = await gc(registry, { keepLatest: 1 }, silent);
  // What is pinned no more is nobody's.
  expect(archives.map(({ sha256, version }) => [sha256, version]).sort()).toEqual(
    [
      [old, "a/r@1.0.0"],
      [gone, null],
    ].sort(),
  );
  expect(await storedIn(registry)).toEqual([newest]);
});

test("keep-latest keeps an old version's archive while another module's newest has the same", async () => {
  using upstream = startSmallUpstream();
  const shared = upstream.list("a/r", "1.0.0", { content: "the same bytes" });
  const newest = upstream.list("a/r", "1.1.0");
  upstream.list("b/r", "1.0.0", { content: "the same bytes" });
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toEqual([]);
  expect(await storedIn(registry)).toEqual([shared, newest].sort());
});

test("what is listed as stored is there at every moment while old versions go", async () => {
  using upstream = startSmallUpstream();
  for (const version of ["1.0.0", "1.1.0", "1.2.0"]) upstream.list("a/r", version);
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  const { sha256: waste } = await registry.archives.put(Buffer.from("nobody knows me"));
  const listed = () => linesOn(registry, STORED_VIEW, "a/r").join("");
  const removed: string[] = [];
  const { delete: remove } = registry.archives;
  const archives = {
    ...registry.archives,
    async delete(sha256: string) {
      expect(listed()).not.toContain(sha256);
      // What nobody lists makes room for the rest.
      expect(listed().includes("1.0.0")).toBe(sha256 === waste && !removed.includes(waste));
      removed.push(sha256);
      await remove(sha256);
    },
  };
  const done = await gc({ ...registry, archives }, { keepLatest: 1 }, silent);
  expect(removed[0]).toBe(waste);
  expect([...new Set(removed)].sort()).toEqual(done.archives.map(({ sha256 }) => sha256).sort());
  expect(done.archives).toHaveLength(3);
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
});

/** A registry with what its source has dropped since. */
async function withPin(): Promise<{ registry: Registry; gone: string }> {
  using upstream = startSmallUpstream();
  const gone = upstream.list("a/r", "1.0.0");
  upstream.list("a/r", "1.1.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  upstream.drop("a/r", "1.0.0");
  await sync(registry, {}, silent);
  return { registry, gone };
}

test("what has disappeared stays pinned, and stored, unless only the latest are to be kept", async () => {
  const { registry, gone } = await withPin();
  const pinned = () => linesOn(registry, pinsRef("up"), "a/r");
  const tip = readRef(registry.paths.index, pinsRef("up"));
  expect((await gc(registry, {}, silent)).archives).toEqual([]);
  expect((await gc(registry, { keepLatest: 1, dryRun: true }, silent)).archives).toHaveLength(1);
  expect(readRef(registry.paths.index, pinsRef("up"))).toBe(tip);
  expect(pinned()).toHaveLength(1);
  expect(await storedIn(registry)).toContain(gone);
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toHaveLength(1);
  expect(pinned()).toEqual([]);
  expect(await storedIn(registry)).not.toContain(gone);
});

test("a pinned archive that is lost is not counted as removed", async () => {
  const { registry, gone } = await withPin();
  rmSync(archiveFile(registry, gone));
  expect((await gc(registry, { keepLatest: 1 }, silent)).archives).toEqual([]);
  expect(linesOn(registry, pinsRef("up"), "a/r")).toEqual([]);
});

test("a single Git object that no ref leads to goes as well", async () => {
  const registry = await islandOf();
  const batch = createObjectBatch(registry.paths.index, registry.objects.has);
  const oid = batch.add("blob", Buffer.from("nobody leads here"));
  await batch.write();
  expect((await gc(registry, { dryRun: true }, silent)).gitObjects).toBe(1);
  expect(registry.objects.has(oid)).toBe(true);
  expect((await gc(registry, {}, silent)).gitObjects).toBe(1);
  expect((await gc(registry, {}, silent)).gitObjects).toBe(0);
});

test("keep-latest keeps all that was published here, and of other modules the latest", async () => {
  using upstream = startSmallUpstream();
  for (const version of ["1.0.0", "1.1.0"]) upstream.list("a/r", version);
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  const others = new Set(await storedIn(registry));
  for (const version of ["0.1.0", "0.2.0", "0.3.0"]) {
    await publishDirectory(registry, writeModule({ name: "alice/json", version }));
  }
  const own = (await storedIn(registry)).filter((sha256) => !others.has(sha256));
  expect(own).toHaveLength(3);
  const { archives } = await gc(registry, { keepLatest: 1 }, silent);
  expect(archives.map(({ version }) => version)).toEqual(["a/r@1.0.0"]);
  const stored = await storedIn(registry);
  expect(own.filter((sha256) => !stored.includes(sha256))).toEqual([]);
  expect(linesOn(registry, STORED_VIEW, "alice/json")).toHaveLength(3);
});
