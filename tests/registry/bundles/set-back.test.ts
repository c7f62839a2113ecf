/** Bundles of a registry that was put back from a backup, for one that had taken in what it made since. */
import { expect, test } from "bun:test";
import { cpSync } from "node:fs";
import { mirror, openRegistry, type Registry, verify } from "../../../src/registry/mod.ts";
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
  expect(await storedIn(inside)).toEqual(before);

  expect(await take(inside, whole, { anyway: true })).toMatchObject({ outcome: "applied" });
  expect(await storedIn(inside)).toEqual(await storedIn(restored));
  // And those that follow as ever.
  const next = await goOn(restored, "a/five", whole.id);
  expect(await take(inside, next)).toMatchObject({ outcome: "applied", number: 3 });
  expect(await storedIn(inside)).toEqual(await storedIn(restored));
  expect((await verify(inside, {}, silent)).problems).toEqual([]);
});

test("one that goes on from a bundle that never came is told to lack its base, and not to be damaged", async () => {
  using upstream = startSmallUpstream();
  const { inside, restored, goOn } = await setBack(upstream);
  const whole = await goOn(restored, "a/four");
  const next = await goOn(restored, "a/five", whole.id);
  const { code, message } = await refusalOf(take(inside, next));
  expect([code, message]).toEqual(["not-found", expect.stringContaining(whole.id)]);
});
