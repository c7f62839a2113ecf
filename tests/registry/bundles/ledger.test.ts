/** Which bundles are known: damaged records, and how many are kept. */
import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gc, mirror, type Registry, verify } from "../../../src/registry/mod.ts";
import {
  carry,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  take,
} from "../../support/islands.ts";

async function exporting(): Promise<Registry> {
  using upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  return origin;
}

const records = ({ paths }: Registry) =>
  readdirSync(paths.bundles).filter((file) => /^[0-9a-f]{64}\.json$/.test(file));

test("a record that was cut short is named, by verify too, and gc removes it", async () => {
  const origin = await exporting();
  const { id } = await carry(origin);
  const path = join(origin.paths.bundles, `${id}.json`);
  truncateSync(path, 100);
  const refused = carry(origin);
  await expect(refused).rejects.toMatchObject({ code: "integrity", message: `${path} is damaged` });
  expect(await refused.catch(({ hint }) => hint)).toContain("`gc` removes it");
  const { problems } = await verify(origin, {}, silent);
  expect(problems).toMatchObject([{ kind: "file", subject: path }]);
  expect((await gc(origin, {}, silent)).leftovers.map((each) => each.path)).toEqual([path]);
  expect((await verify(origin, {}, silent)).problems).toEqual([]);
  expect((await carry(origin)).number).toBe(2);
});

test("one with other bytes than its name says is no record, though it can be read", async () => {
  const origin = await exporting();
  const { id } = await carry(origin);
  const path = join(origin.paths.bundles, `${id}.json`);
  writeFileSync(path, readFileSync(path, "utf8").replace('"number": 1', '"number": 7'));
  await expect(carry(origin)).rejects.toThrow(`${path} is damaged`);
});

test("of each series gc keeps the newest twenty", async () => {
  const origin = await exporting();
  const replica = await islandOf();
  const ids: string[] = [];
  for (let count = 0; count < 22; count++) {
    const bundle = await carry(origin);
    ids.push(bundle.id);
    await take(replica, bundle);
  }
  for (const registry of [origin, replica]) {
    expect((await gc(registry, { dryRun: true }, silent)).leftovers).toHaveLength(2);
    expect(records(registry)).toHaveLength(22);
    expect((await gc(registry, {}, silent)).leftovers).toHaveLength(2);
    const kept = ids.slice(2).map((id) => `${id}.json`);
    expect(records(registry).sort()).toEqual(kept.sort());
  }
  const next = await carry(origin, ids[2]);
  expect(next.number).toBe(23);
  expect(await take(replica, next)).toMatchObject({ outcome: "applied" });
});

test("gc removes what a killed import and a killed write left", async () => {
  const origin = await exporting();
  await carry(origin);
  const { bundles } = origin.paths;
  mkdirSync(join(bundles, "incoming-1-x"));
  writeFileSync(join(bundles, "incoming-1-x", "objects.pack"), Buffer.alloc(1000));
  writeFileSync(join(bundles, ".tmp-1-x-2"), "half");
  const { leftovers } = await gc(origin, {}, silent);
  const sizes = leftovers.map(({ path, size }) => [path.slice(bundles.length + 1), size]);
  expect(sizes.sort()).toEqual([
    [".tmp-1-x-2", 4],
    ["incoming-1-x", 1000],
  ]);
  expect(readdirSync(bundles)).toHaveLength(3);
});

test("a series or a number that is none is named, and no bundle is made with it", async () => {
  const origin = await exporting();
  await carry(origin);
  for (const file of ["series", "number"]) {
    const path = join(origin.paths.bundles, file);
    const good = readFileSync(path);
    writeFileSync(path, "");
    await expect(carry(origin)).rejects.toThrow(`${path} is damaged`);
    const { problems } = await verify(origin, {}, silent);
    expect(problems).toMatchObject([{ kind: "file", subject: path }]);
    writeFileSync(path, good);
  }
});
