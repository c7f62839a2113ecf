/** Which of a registry's bundles is the newer, whenever and however often they are made. */
import { expect, test } from "bun:test";
import { exportBundle, gc, mirror } from "../../../src/registry/mod.ts";
import {
  carry,
  everything,
  forgetBundles,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../../support/islands.ts";
import { tempDirectory } from "../../support/temp.ts";

test("the number of a bundle that is still being written is given to no other", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  const to = `${tempDirectory()}/slow.bundle`;
  const slow = exportBundle(origin, { to }, ({ type }) => {
    if (type === "exporting") throw new Error("the pipe is stuck");
  });
  expect(await slow.catch((error: Error) => error.message)).toBe("the pipe is stuck");
  expect((await carry(origin)).number).toBe(2);
  expect((await carry(origin)).number).toBe(3);
});

test("a registry that lost its count goes on from the newest bundle that it knows", async () => {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  await carry(origin);
  const { id } = await carry(origin);
  forgetBundles(origin, "series", `${id}.json`);
  expect((await carry(origin)).number).toBe(3);
});

/** Two bundles with the same number, as two exports at the same time once made them. */
async function twoOfOneNumber(upstream: ReturnType<typeof startSmallUpstream>) {
  upstream.list("a/x", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  const older = await carry(origin);
  forgetBundles(origin, "series");
  upstream.list("a/x", "1.1.0");
  await mirror(origin, everything, silent);
  const newer = await carry(origin);
  expect([older.number, newer.number]).toEqual([1, 1]);
  return { origin, older, newer };
}

test("of two bundles with one number the older undoes nothing of the newer", async () => {
  using upstream = startSmallUpstream();
  const { origin, older, newer } = await twoOfOneNumber(upstream);
  const replica = await islandOf();
  expect(await take(replica, newer)).toMatchObject({ outcome: "applied" });
  expect(await take(replica, older)).toMatchObject({ outcome: "superseded" });
  expect(await storedIn(replica)).toEqual(await storedIn(origin));
});

test("of two bundles with one number the newer is taken in after the older", async () => {
  using upstream = startSmallUpstream();
  const { origin, older, newer } = await twoOfOneNumber(upstream);
  const replica = await islandOf();
  await take(replica, older);
  expect(await take(replica, newer)).toMatchObject({ outcome: "applied" });
  expect(await storedIn(replica)).toEqual(await storedIn(origin));
  await gc(replica, {}, silent);
  expect(await storedIn(replica)).toEqual(await storedIn(origin));
});
