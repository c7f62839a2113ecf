/** Bundles of a registry that was put back from a backup, for one that had taken in what it made since. */
import { expect, test } from "bun:test";
import { cpSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { mirror, openRegistry, type Registry, verify } from "../../../src/registry/mod.ts";
import { publishDirectory } from "../../../src/registry/publishing/publish.ts";
import {
  type Carried,
  carry,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../../support/islands.ts";
import { writeModule } from "../../support/module.ts";
import { refusalOf } from "../../support/published.ts";
import { tempDirectory } from "../../support/temp.ts";

/** Outside there were three bundles, which are inside; then it went on from its state after the first. */
async function setBack(upstream: ReturnType<typeof startSmallUpstream>) {
  const outside = await islandOf({ up: upstream });
  const inside = await islandOf();
  const goOn = async (from: Registry, module: string, since?: string): Promise<Carried> => {
    upstream.list(module, "1.0.0");
    await mirror(from, everything, silent);
    return await carry(from, since);
  };
  const first = await goOn(outside, "a/one");
  const dir = tempDirectory("backup");
  cpSync(outside.config.file.replace(/registry\.toml$/, ""), dir, { recursive: true });
  await take(inside, first);
  const second = await goOn(outside, "a/two", first.id);
  await take(inside, second);
  await take(inside, await goOn(outside, "a/three", second.id));
  upstream.drop("a/two");
  upstream.drop("a/three");
  const restored = openRegistry(`${dir}/registry.toml`);
  return { inside, restored, goOn };
}

test("a bundle of a registry that was set back is refused, and taken in when that is wanted", async () => {
  using upstream = startSmallUpstream();
  const { inside, restored, goOn } = await setBack(upstream);
  const whole = await goOn(restored, "a/four");
  expect(whole.number).toBe(2);
  const before = await storedIn(inside);
  const { code, message } = await refusalOf(take(inside, whole));
  expect([code, message]).toEqual(["exists", expect.stringContaining("was set back")]);
  expect(message).toContain("has what bundle 3 does not");
  expect(await storedIn(inside)).toEqual(before);

  expect(await take(inside, whole, { anyway: true })).toMatchObject({ outcome: "applied" });
  expect(await storedIn(inside)).toEqual(await storedIn(restored));
  // And those that follow as ever.
  const next = await goOn(restored, "a/five", whole.id);
  expect(await take(inside, next)).toMatchObject({ outcome: "applied", number: 3 });
  expect(await storedIn(inside)).toEqual(await storedIn(restored));
  expect((await verify(inside, {}, silent)).problems).toEqual([]);
});

test("one of the number that was taken in last is told apart from that", async () => {
  using upstream = startSmallUpstream();
  const { inside, restored, goOn } = await setBack(upstream);
  await goOn(restored, "a/four");
  const { message } = await refusalOf(take(inside, await goOn(restored, "a/five")));
  expect(message).toContain('bundle 3 of "test" has what another of that number does not');
});

test("one that goes on from a bundle that never came is told to lack its base, and not to be damaged", async () => {
  using upstream = startSmallUpstream();
  const { inside, restored, goOn } = await setBack(upstream);
  const whole = await goOn(restored, "a/four");
  const next = await goOn(restored, "a/five", whole.id);
  const { code, message } = await refusalOf(take(inside, next));
  expect([code, message]).toEqual(["not-found", expect.stringContaining(whole.id)]);
});

/** Outside published twice, which is inside; then it went on from its state after the first. */
async function publishedSince() {
  const [outside, inside] = [await islandOf(), await islandOf()];
  const publish = (registry: Registry, version: string) =>
    publishDirectory(registry, writeModule({ name: "alice/json", version }));
  await publish(outside, "1.0.0");
  const first = await carry(outside);
  const dir = tempDirectory("backup");
  cpSync(dirname(outside.config.file), dir, { recursive: true });
  await publish(outside, "1.1.0");
  for (const bundle of [first, await carry(outside)]) await take(inside, bundle);
  return { inside, restored: openRegistry(`${dir}/registry.toml`), publish };
}

test("a replica of which the publications are missing there is told to be made anew, and of no way that is none", async () => {
  const { inside, restored, publish } = await publishedSince();
  const refused = async (bundle: Carried) => {
    for (const anyway of [false, true]) {
      const { code, message, hint } = await refusalOf(take(inside, bundle, { anyway }));
      expect([code, message]).toEqual(["exists", expect.stringContaining("was set back")]);
      expect(hint).toContain("make this replica anew");
    }
  };
  // Also when bundles that are behind came in between, of which nothing is taken.
  const behind = await carry(restored);
  await publish(restored, "1.1.1");
  await refused(await carry(restored));
  await take(inside, behind);
  await refused(await carry(restored));
});

test("who published here too is told that both have", async () => {
  const { inside, restored, publish } = await publishedSince();
  await publish(inside, "2.0.0");
  await publish(restored, "1.1.1");
  const { code, message } = await refusalOf(take(inside, await carry(restored), { anyway: true }));
  expect([code, message]).toEqual(["exists", expect.stringContaining("both registries")]);
});

test("a bundle of before its registry's index was made anew is superseded, and sets nothing back", async () => {
  using upstream = startSmallUpstream();
  const [outside, inside] = [await islandOf({ up: upstream }), await islandOf()];
  const goOn = async (from: Registry, module: string): Promise<Carried> => {
    upstream.list(module, "1.0.0");
    await mirror(from, everything, silent);
    return await carry(from);
  };
  const [first, second] = [await goOn(outside, "a/one"), await goOn(outside, "a/two")];
  outside.objects.close();
  rmSync(outside.paths.index, { recursive: true });
  const third = await goOn(openRegistry(outside.config.file), "a/three");
  for (const bundle of [first, third]) await take(inside, bundle);
  expect(await take(inside, second)).toMatchObject({ outcome: "superseded" });
  expect(await storedIn(inside)).toEqual(await storedIn(outside));
});
