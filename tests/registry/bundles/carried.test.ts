/** What a series brought last stays until its next bundle, in a registry that makes views of its own. */
import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deleteRef, listRefs } from "../../../src/git/mod.ts";
import {
  gc,
  mirror,
  openRegistry,
  type Registry,
  recompute,
  sync,
  verify,
} from "../../../src/registry/mod.ts";
import { publishDirectory } from "../../../src/registry/publishing/publish.ts";
import { forgetRemovedSources } from "../../../src/registry/views/origin-tips.ts";
import {
  type Carried,
  carry,
  changed,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../../support/islands.ts";
import { writeModule } from "../../support/module.ts";
import { refusalOf } from "../../support/published.ts";

type Upstream = ReturnType<typeof startSmallUpstream>;

const PREFIX = "refs/carried/";
const carried = ({ paths }: Registry) => listRefs(paths.index, PREFIX);

async function collected({ config }: Registry): Promise<Registry> {
  await gc(openRegistry(config.file), {}, silent);
  return openRegistry(config.file);
}

/** Of a registry that offers more than it stores. */
async function outside(upstream: Upstream) {
  upstream.list("a/x", "1.0.0");
  upstream.list("a/y", "1.0.0");
  const from = await islandOf({ up: upstream });
  const next = async (version: string, since?: string): Promise<Carried> => {
    upstream.list("a/x", version);
    await mirror(from, { patterns: ["a/x"] }, silent);
    return await carry(from, since);
  };
  return { from, first: await next("1.1.0"), next };
}

const KINDS: Readonly<Record<string, (other: Upstream) => Promise<Registry>>> = {
  "a source of its own": async (other) => {
    const inside = await islandOf({ other });
    await mirror(inside, everything, silent);
    return inside;
  },
  publications: async () => {
    const inside = await islandOf();
    await publishDirectory(inside, writeModule({ name: "alice/json", version: "1.0.0" }));
    return inside;
  },
  "nothing of its own": () => islandOf(),
};

for (const [name, make] of Object.entries(KINDS)) {
  test(`a registry with ${name} takes the next bundle after gc, and goes on from both`, async () => {
    using up = startSmallUpstream();
    using other = startSmallUpstream();
    other.list("o/x", "1.0.0");
    const { first, next } = await outside(up);
    let inside = await make(other);
    await take(inside, first);
    inside = await collected(inside);
    const second = await next("1.2.0", first.id);
    expect(await take(inside, second)).toMatchObject({ outcome: "applied" });
    inside = await collected(inside);
    expect((await verify(inside, {}, silent)).problems).toEqual([]);
    expect(carried(inside).size > 0).toBe(name !== "nothing of its own");

    const further = await islandOf();
    for (const bundle of [first, second, await carry(inside, second.id)]) {
      expect(await take(further, bundle)).toMatchObject({ outcome: "applied" });
    }
    expect(await storedIn(further)).toEqual(await storedIn(inside));
  });
}

test("of two series that bring one source each goes on from what it had of it", async () => {
  using up = startSmallUpstream();
  const { from, first } = await outside(up);
  up.list("b/z", "1.0.0");
  const second = await islandOf({ up });
  await mirror(second, everything, silent);
  let inside = await islandOf();
  for (const bundle of [first, await carry(second)]) await take(inside, bundle);
  inside = await collected(inside);
  up.drop("b/z");
  await mirror(from, everything, silent);
  expect(await take(inside, await carry(from, first.id))).toMatchObject({ outcome: "applied" });
  expect((await verify(inside, {}, silent)).problems).toEqual([]);
});

test("what disappeared from a source of both is collected where few versions are to be kept", async () => {
  using up = startSmallUpstream();
  const gone = up.list("a/x", "1.0.0");
  const kept = up.list("a/x", "1.1.0");
  const [from, inside] = [await islandOf({ up }), await islandOf({ up })];
  for (const each of [from, inside]) await mirror(each, everything, silent);
  up.drop("a/x", "1.0.0");
  for (const each of [from, inside]) await sync(each, {}, silent);
  await take(inside, await carry(from));
  await gc(inside, {}, silent);
  expect(await storedIn(inside)).toEqual([gone, kept].sort());
  await gc(inside, { keepLatest: 1 }, silent);
  expect(await storedIn(inside)).toEqual([kept]);
});

test("what a bundle only offered is no reason to keep an archive, and what it stored is one", async () => {
  using up = startSmallUpstream();
  const stored = up.list("a/x", "1.0.0");
  const offered = up.list("a/y", "1.0.0");
  const from = await islandOf({ up });
  await mirror(from, { patterns: ["a/x"] }, silent);
  const inside = await islandOf({ up });
  await mirror(inside, everything, silent);
  await take(inside, await carry(from));
  // Neither does it list that source any more.
  const alone = changed(inside, (toml) => toml.replace(/\[\[sources\]\][\s\S]*/, ""));
  writeFileSync(join(alone.paths.bundles, "origins.json"), '{"version":1,"origins":[]}');
  await forgetRemovedSources(alone);
  await recompute(alone);
  await gc(alone, {}, silent);
  expect(await storedIn(alone)).toEqual([stored]);
  expect(stored).not.toBe(offered);
});

test("where too little of what came was kept, a whole bundle is asked for, and keeps all", async () => {
  using up = startSmallUpstream();
  using other = startSmallUpstream();
  other.list("o/x", "1.0.0");
  const { first, next } = await outside(up);
  let inside = await KINDS["a source of its own"]!(other);
  await take(inside, first);
  for (const ref of carried(inside).keys()) await deleteRef(inside.paths.index, ref);
  inside = await collected(inside);

  const second = await next("1.2.0", first.id);
  const { code, hint } = await refusalOf(take(inside, second));
  expect([code, hint]).toEqual(["not-found", expect.stringContaining("a whole one")]);
  const whole = await next("1.3.0");
  expect(await take(inside, whole)).toMatchObject({ outcome: "applied" });
  inside = await collected(inside);
  expect(await take(inside, await next("1.4.0", whole.id))).toMatchObject({ outcome: "applied" });
});
