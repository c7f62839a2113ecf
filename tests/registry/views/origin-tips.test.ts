/** Who offers modules, in which order, and what is left of who does no more. */
import { expect, test } from "bun:test";
import { listRefs, type Oid, readRef, writeRef } from "../../../src/git/mod.ts";
import { writeOrigins } from "../../../src/registry/bundles/origins.ts";
import type { Registry } from "../../../src/registry/mod.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../../../src/registry/paths.ts";
import {
  forgetRemovedSources,
  originTips,
  sourceTips,
} from "../../../src/registry/views/origin-tips.ts";
import { PUSHED, REMOTE } from "../../../src/registry/views/remote-origin.ts";
import { pinsRef } from "../../../src/registry/views/rewrites.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import { fetched, newRegistry } from "../../support/published.ts";

const source = (name: string, priority: number, more = "") =>
  `[[sources]]\nname = "${name}"\nurl = "http://127.0.0.1:1"\npriority = ${priority}\n${more}`;

const SHARED = '[git]\nremote_url = "http://127.0.0.1:1/index.git"\n';

const imported = (name: string, priority: number, enabled = true) => {
  return { name, priority, enabled, index: "http://x", series: "0".repeat(32) };
};

/** A commit of an index, under that ref. */
async function give(registry: Registry, ...refs: string[]): Promise<Oid> {
  await fetched(registry, "scratch", { "a/x": ["1.0.0"] });
  const tip = readRef(registry.paths.index, sourceRef("scratch"))!;
  for (const ref of refs) await writeRef(registry.paths.index, ref, tip);
  return tip;
}

const namesOf = (tips: readonly { name: string }[]) => tips.map(({ name }) => name);

test("sources of here and imported ones stand in one order; whose index is not here offers nothing", async () => {
  const registry = await newRegistry(
    source("last", 9) +
      source("first", 1) +
      source("off", 2, "enabled = false\n") +
      source("new", 3),
  );
  await writeOrigins(registry.paths, [
    imported("between", 5),
    imported("quiet", 6, false),
    imported("first", 8),
  ]);
  const tip = await give(registry, ...["last", "first", "off", "between", "quiet"].map(sourceRef));
  expect(sourceTips(registry)).toEqual(["first", "between", "last"].map((name) => ({ name, tip })));
});

test("what was published comes first, then the shared index, then the sources", async () => {
  const registry = await newRegistry(SHARED + source("up", 1));
  const tip = await give(registry, sourceRef(REMOTE), sourceRef("up"));
  const own = new Map([[PUBLISHED, tip]]);
  expect(namesOf(originTips(registry, own))).toEqual(["published", REMOTE, "up"]);
  expect(namesOf(originTips(registry, new Map()))).toEqual([REMOTE, "up"]);
  // The address of the shared index is not set any more.
  const { config } = registry;
  const alone = { ...registry, config: { ...config, git: { ...config.git, remoteUrl: "" } } };
  expect(namesOf(originTips(alone, own))).toEqual(["published", "up"]);
});

test("of sources that are configured no more neither index nor pins stay, and all else does", async () => {
  for (const isShared of [true, false]) {
    const registry = await newRegistry((isShared ? SHARED : "") + source("up", 1));
    await writeOrigins(registry.paths, [imported("brought", 5), imported("quiet", 6, false)]);
    const ofShared = [sourceRef(REMOTE), PUSHED, pinsRef(REMOTE)];
    const kept = [
      ...["up", "brought", "quiet"].flatMap((name) => [sourceRef(name), pinsRef(name)]),
      ...[ALL_VIEW, STORED_VIEW, PUBLISHED, "refs/carried/x/heads/stored"],
      ...(isShared ? ofShared : []),
    ];
    await give(registry, ...kept, ...ofShared, sourceRef("gone"), pinsRef("gone"));
    await forgetRemovedSources(registry);
    expect([...listRefs(registry.paths.index, "refs/").keys()].sort()).toEqual(kept.sort());
  }
});
