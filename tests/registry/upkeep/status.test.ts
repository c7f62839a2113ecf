import { expect, test } from "bun:test";
import type { Registry } from "../../../src/registry/mod.ts";
import { recompute, status } from "../../../src/registry/mod.ts";
import { createCounts } from "../../../src/registry/upkeep/status.ts";
import { fetched, newRegistry, SOURCE } from "../../support/published.ts";

/** The same, and how many objects were read since it was asked last. */
function watchObjects(registry: Registry) {
  let reads = 0;
  const { objects } = registry;
  const read: typeof objects.read = (oid) => {
    reads++;
    return objects.read(oid);
  };
  const since = () => {
    const count = reads;
    reads = 0;
    return count;
  };
  return { watched: { ...registry, objects: { ...objects, read } }, since };
}

test("modules are counted once for as long as they are the same, and rightly when they are not", async () => {
  const { watched, since } = watchObjects(await newRegistry(SOURCE));
  const counts = createCounts(watched.objects);
  const modules = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`a/m${i}`, ["1.0.0", "1.1.0"]]),
  );
  const show = async (more: Record<string, string[]>) => {
    await fetched(watched, "up", { ...modules, ...more });
    await recompute(watched);
    since();
    const { sources, listed } = await status(watched, counts);
    return { own: [sources[0]!.modules, sources[0]!.versions], listed };
  };
  const first = await show({});
  expect(first).toEqual({ own: [200, 400], listed: { modules: 200, versions: 400 } });
  expect(since()).toBeGreaterThan(200);
  expect(await status(watched, counts)).toEqual(await status(watched));
  since();
  await status(watched, counts);
  expect(since()).toBeLessThan(50);
  const more = await show({ "b/new": ["1.0.0"] });
  expect(more).toEqual({ own: [201, 401], listed: { modules: 201, versions: 401 } });
  const config = {
    ...watched.config,
    policy: { ...watched.config.policy, block: ["b/*"] },
  };
  const blocked = await status({ ...watched, config }, counts);
  expect([blocked.sources[0]!.modules, blocked.held.blocked]).toEqual([200, 1]);
});
