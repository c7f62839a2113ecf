/** How much a view lists, told from what has changed of it. */
import { expect, test } from "bun:test";
import {
  createObjectBatch,
  encodeCommit,
  MissingObjectError,
  type ObjectReader,
  type Oid,
} from "../../../src/git/mod.ts";
import { writeIndexTree } from "../../../src/index/mod.ts";
import type { Registry } from "../../../src/registry/mod.ts";
import { createViewMeasure, versionsLost } from "../../../src/registry/views/view-size.ts";
import { newRegistry } from "../../support/published.ts";
import { forAllAsync, type Random } from "../../support/random.ts";

/** Files of modules, by name. */
type Files = Readonly<Record<string, string>>;

async function commitOf({ paths, objects }: Registry, files: Files): Promise<Oid> {
  const batch = createObjectBatch(paths.index, objects.has);
  const blobs = Object.entries(files).map(([name, text]): [string, Oid] => [
    name,
    batch.add("blob", Buffer.from(text)),
  ]);
  const about = { tree: writeIndexTree(batch, new Map(blobs)), parents: [], time: 1 };
  const oid = batch.add("commit", encodeCommit({ ...about, message: "x\n" }, "a <a@b>"));
  await batch.write();
  return oid;
}

const lines = (count: number) => "{}\n".repeat(count);

function randomFiles(random: Random): Record<string, number> {
  const names = ["a/x", "a/y", "a/y/z", "b/x", "c/x"].filter(() => random.chance(0.7));
  return Object.fromEntries(["z/z", ...names].map((name) => [name, 1 + random.int(4)]));
}

const filesOf = (counts: Record<string, number>): Files =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, lines(count)]));

test("counted on from any other, a view has what it has, and what it lost is told", async () => {
  const registry = await newRegistry();
  const { objects } = registry;
  await forAllAsync(10, async (random) => {
    const measure = createViewMeasure(objects);
    let before: { counts: Record<string, number>; tip: Oid } | undefined;
    for (let step = 0; step < 5; step++) {
      const counts = randomFiles(random);
      const tip = await commitOf(registry, filesOf(counts));
      const sizes = Object.values(counts);
      const versions = sizes.reduce((sum, count) => sum + count, 0);
      expect(await measure(tip)).toEqual({ modules: sizes.length, versions });
      const lost = Object.entries(before?.counts ?? {}).map(([name, count]) =>
        Math.max(0, count - (counts[name] ?? 0)),
      );
      const all = lost.reduce((sum, count) => sum + count, 0);
      expect(await versionsLost(objects, before?.tip, tip)).toBe(all);
      before = { counts, tip };
    }
  });
});

test("where there is no view there is nothing, and nothing is lost", async () => {
  const registry = await newRegistry();
  const tip = await commitOf(registry, { "a/x": lines(2) });
  const measure = createViewMeasure(registry.objects);
  expect(await measure(undefined)).toEqual({ modules: 0, versions: 0 });
  expect(await versionsLost(registry.objects, undefined, tip)).toBe(0);
  expect(await versionsLost(registry.objects, tip, undefined)).toBe(0);
  expect(await versionsLost(registry.objects, tip, tip)).toBe(0);
});

test.each([
  ["", 0],
  ["{}", 1],
  ["{}\n", 1],
  ["{}\n{}", 2],
  ["\n\n{}\n\n{}\n\n", 2],
])("a file %j has %d versions", async (text, versions) => {
  const registry = await newRegistry();
  const tip = await commitOf(registry, { "a/x": text });
  expect(await createViewMeasure(registry.objects)(tip)).toEqual({ modules: 1, versions });
});

test("it reads no more than what has changed, and nothing when nothing has", async () => {
  const registry = await newRegistry();
  let reads = 0;
  const read: ObjectReader["read"] = (oid) => {
    reads++;
    return registry.objects.read(oid);
  };
  const measure = createViewMeasure({ ...registry.objects, read });
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`a/m${at}`, lines(at)]));
  const tip = await commitOf(registry, files);
  await measure(tip);
  expect(reads).toBeGreaterThanOrEqual(100);
  reads = 0;
  await measure(tip);
  expect(reads).toBe(0);
  await measure(await commitOf(registry, { ...files, "a/m7": lines(70) }));
  expect(reads).toBeWithin(1, 20);
});

test("when the former view was collected all is counted anew; other damage is told of", async () => {
  const registry = await newRegistry();
  const missing = new Set<Oid>();
  const unlessMissing =
    <T>(look: (oid: Oid) => T) =>
    (oid: Oid): T => {
      if (missing.has(oid)) throw new MissingObjectError(oid);
      return look(oid);
    };
  const { objects } = registry;
  const measure = createViewMeasure({
    ...objects,
    read: unlessMissing(objects.read),
    tree: unlessMissing(objects.tree),
  });
  const tip = await commitOf(registry, { "a/x": lines(2), "b/x": lines(1) });
  await measure(tip);
  missing.add(objects.commit(tip).tree);
  const next = await commitOf(registry, { "a/x": lines(3) });
  expect(await measure(next)).toEqual({ modules: 1, versions: 3 });
  const last = await commitOf(registry, { "a/x": lines(4) });
  missing.add(objects.commit(last).tree);
  await expect(measure(last)).rejects.toBeInstanceOf(MissingObjectError);
  await expect(createViewMeasure(objects)("0".repeat(40))).rejects.toThrow();
});
