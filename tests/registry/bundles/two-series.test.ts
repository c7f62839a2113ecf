/** Bundles of two registries in a third. */
import { expect, test } from "bun:test";
import { gc, mirror, sync, verify } from "../../../src/registry/mod.ts";
import {
  carry,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../../support/islands.ts";

// With the same name it is one origin of whoever came last; with different ones two.
for (const names of [
  ["up", "up"],
  ["one", "two"],
] as const) {
  test(`what one removes stays while the other has it, from sources ${names.join(" and ")}`, async () => {
    using upstream = startSmallUpstream();
    const shared = upstream.list("a/w", "1.0.0");
    const gone = upstream.list("a/only-x", "1.0.0");
    const x = await islandOf({ [names[0]]: upstream });
    const y = await islandOf({ [names[1]]: upstream });
    await mirror(x, everything, silent);
    await mirror(y, { patterns: ["a/w"] }, silent);
    const both = await islandOf();
    const first = await carry(x);
    for (const bundle of [first, await carry(y)]) await take(both, bundle);
    await gc(both, {}, silent);
    expect(await storedIn(both)).toEqual([shared, gone].sort());

    upstream.drop("a/w");
    upstream.drop("a/only-x");
    const fresh = upstream.list("b/z", "1.0.0");
    await mirror(x, everything, silent);
    await take(both, await carry(x, first.path));
    await gc(both, {}, silent);
    expect(await storedIn(both)).toEqual([shared, fresh].sort());
    expect((await verify(both, {}, silent)).problems).toEqual([]);

    // It goes when the other says so too.
    upstream.list("c/z", "1.0.0");
    await sync(y, {}, silent);
    await take(both, await carry(y));
    await gc(both, {}, silent);
    expect(await storedIn(both)).toEqual([fresh]);
  });
}
