/** The short cut to the served views: whatever it leaves out, they come out as if made from scratch. */
import { expect, test } from "bun:test";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config, SourceConfig } from "../../../src/config/mod.ts";
import {
  createObjectBatch,
  encodeCommit,
  readRef,
  repackNow,
  writeRef,
} from "../../../src/git/mod.ts";
import { writeIndexTree } from "../../../src/index/mod.ts";
import { pointedArchives } from "../../../src/registry/assets/pointers.ts";
import { openRegistry, type Registry } from "../../../src/registry/open.ts";
import { ALL_VIEW, PUBLISHED, STORED_VIEW } from "../../../src/registry/paths.ts";
import { createStoredListing } from "../../../src/registry/serving/stored-listing.ts";
import { currentOffer, offerOfNow } from "../../../src/registry/views/offer.ts";
import { REMOTE } from "../../../src/registry/views/remote-origin.ts";
import { guardHistory, pinsRef } from "../../../src/registry/views/rewrites.ts";
import { readViewRecord } from "../../../src/registry/views/view-record.ts";
import { updateViews } from "../../../src/registry/views/views.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import { warnings } from "../../support/islands.ts";
import { fetched, linesOn, newRegistry, refsOf, SOURCE } from "../../support/published.ts";
import { createRandom, type Random } from "../../support/random.ts";

const DAY = 86_400_000;
const START = Date.parse("2026-03-01T00:00:00Z");
const SOURCES = ["one", "two", "three"];
const MODULES = ["a/x", "a/y", "a/y/deep", "b/x", "b/z", "c/x", "c/库"];

/** An index: lines by module. */
type Index = Map<string, string[]>;

/** Two registries to which the same happens; one of them forgets what its views were made of. */
interface Twins {
  readonly both: readonly [quick: Registry, thorough: Registry];
  readonly indexes: Map<string, Index>;
  /** Contents of archives that lines speak of, by hash. */
  readonly archives: Map<string, { module: string; content: string }>;
  config: Config;
  at: number;
  commits: number;
}

const withConfig = (registry: Registry, config: Config): Registry => ({
  ...registry,
  config: { ...registry.config, ...config, registry: registry.config.registry },
});

async function createTwins(random: Random): Promise<Twins> {
  const both = [await newRegistry(SOURCE), await newRegistry(SOURCE)] as const;
  const [up] = both[0].config.sources;
  const sources = SOURCES.map((name, at): SourceConfig => ({ ...up!, name, priority: at }));
  const config = {
    ...both[0].config,
    sources,
    git: { ...both[0].config.git, remoteUrl: "http://x" },
  };
  const twins: Twins = {
    both,
    indexes: new Map(),
    archives: new Map(),
    config,
    at: START,
    commits: 0,
  };
  for (const name of SOURCES) await changeIndex(twins, random, sourceRef(name), 6);
  return twins;
}

function lineOf({ archives, at }: Twins, random: Random, module: string): string {
  if (random.chance(0.08)) return "{broken";
  const version = `${random.int(2)}.${random.int(2)}.0`;
  const content = `${module}@${version} ${random.int(2)}`;
  const checksum = new Bun.CryptoHasher("sha256").update(content).digest("hex");
  archives.set(checksum, { module, content });
  const age = random.int(6) * DAY;
  const created = random.chance(0.8) && { created_at: new Date(at - age).toISOString() };
  return JSON.stringify({ name: module, version, checksum, ...created });
}

/** Moves an index on, in some of its modules. */
async function changeIndex(twins: Twins, random: Random, ref: string, count: number) {
  const index: Index = new Map(twins.indexes.get(ref));
  for (let left = count; left > 0; left--) {
    const module = random.pick(MODULES);
    const lines = [...(index.get(module) ?? [])];
    if (lines.length > 0 && random.chance(0.3)) lines.splice(random.int(lines.length), 1);
    else lines.splice(random.int(lines.length + 1), 0, lineOf(twins, random, module));
    if (lines.length > 0) index.set(module, lines);
    else index.delete(module);
  }
  twins.indexes.set(ref, index);
  const time = ++twins.commits;
  for (const { paths, objects, ...registry } of twins.both) {
    const batch = createObjectBatch(paths.index, objects.has);
    const files = [...index].map(([module, lines]): [string, string] => [
      module,
      batch.add("blob", Buffer.from(lines.map((line) => `${line}\n`).join(""))),
    ]);
    const tree = writeIndexTree(batch, new Map(files));
    const before = readRef(paths.index, ref);
    // What was published only grows.
    const parents = ref === PUBLISHED && before !== undefined ? [before] : [];
    const data = encodeCommit({ tree, parents, time, message: "x\n" }, "a <a@b>");
    const tip = batch.add("commit", data);
    await batch.write();
    const source = SOURCES.find((name) => sourceRef(name) === ref);
    if (before !== undefined && source !== undefined) {
      await guardHistory({ paths, objects, ...registry }, source, before, tip, () => {});
    }
    await writeRef(paths.index, ref, tip);
  }
}

function changePolicy(twins: Twins, random: Random) {
  const some = (names: readonly string[]) => (random.chance(0.5) ? [random.pick(names)] : []);
  const policy = {
    minAge: random.int(4) * DAY,
    allow: some(["a/*", "b/x"]),
    block: some(["c/*", "a/x@1.*", "b/z"]),
  };
  twins.config = { ...twins.config, policy };
}

function changeSources(twins: Twins, random: Random) {
  const sources = twins.config.sources.map((source) => ({
    ...source,
    priority: random.int(3),
    enabled: random.chance(0.8),
  }));
  twins.config = { ...twins.config, sources };
}

/** Stores some archives. Returns whose they are, or nothing when nobody is to be told. */
async function store({ both, archives }: Twins, random: Random): Promise<string[]> {
  const modules: string[] = [];
  for (let left = 1 + random.int(3); left > 0; left--) {
    const { module, content } = random.pick([...archives.values()]);
    for (const registry of both) await registry.archives.put(Buffer.from(content));
    modules.push(module);
  }
  return random.chance(0.7) ? modules : [];
}

async function loseArchive({ both }: Twins, random: Random) {
  const hashes = [...(await both[0].archives.list())].sort();
  if (hashes.length === 0) return;
  const sha256 = random.pick(hashes);
  for (const registry of both) await registry.archives.delete(sha256);
}

/** What a server does a moment after it has fetched something. */
async function pullThrough(twins: Twins, random: Random) {
  const modules = await store(twins, random);
  for (const registry of twins.both) {
    const listing = createStoredListing(withConfig(registry, twins.config), (message) => {
      throw new Error(message);
    });
    for (const module of modules) listing.add(module);
    await listing.close();
  }
}

const recordFile = ({ paths }: Registry) => join(paths.root, "views.json");

/** Brings both up to date and compares them. Returns whether the short cut was taken. */
async function update(twins: Twins, options: { arrived?: string[]; leaving?: Set<string> }) {
  const [quick, thorough] = twins.both;
  rmSync(recordFile(thorough), { force: true });
  const results = [];
  for (const registry of twins.both.map((each) => withConfig(each, twins.config))) {
    const warnings: string[] = [];
    const offer = await currentOffer(registry, twins.at);
    const listing = await updateViews(
      registry,
      offer,
      (event) => warnings.push(JSON.stringify(event)),
      options,
    );
    const held = offer.held.map((each) => JSON.stringify(each)).sort();
    const kept = [...offer.catalog.keys()].sort();
    const { counts, stored } = readViewRecord(registry.paths)!;
    results.push({ listing, held, kept, counts, stored, warnings: warnings.sort() });
  }
  expect(results[0]).toEqual(results[1]!);
  expect(refsOf(quick)).toEqual(refsOf(thorough));
  return readViewRecord(quick.paths)!.madeAt < readViewRecord(thorough.paths)!.madeAt;
}

const STEPS = 40;

/** @returns how often the short cut was taken */
async function live(random: Random): Promise<number> {
  const twins = await createTwins(random);
  let quick = 0;
  await update(twins, {});
  for (let step = 0; step < STEPS; step++) {
    twins.at += random.chance(0.02) ? 2 * DAY : 1 + random.int(DAY / 8);
    const arrived: string[] = [];
    const leaving = new Set<string>();
    const kind = random.int(100);
    if (kind < 40) {
      const refs = [...SOURCES.map(sourceRef), PUBLISHED, sourceRef(REMOTE), pinsRef("one")];
      await changeIndex(twins, random, random.pick(refs), 1 + random.int(2));
    } else if (kind < 60) arrived.push(...(await store(twins, random)));
    else if (kind < 70) await pullThrough(twins, random);
    else if (kind < 75) await loseArchive(twins, random);
    else if (kind < 80) leaving.add(random.pick([...twins.archives.keys()]));
    else if (kind < 85) changePolicy(twins, random);
    else if (kind < 90) changeSources(twins, random);
    if (await update(twins, { arrived, leaving })) quick++;
  }
  for (const { objects } of twins.both) objects.close();
  return quick;
}

test("made from what is new, the views are those that are made from scratch", async () => {
  const first = Number(process.env.MOONBIT_REGISTRY_TEST_SEED ?? Date.now() % 1e9);
  let quick = 0;
  for (let seed = first; seed < first + 4; seed++) {
    try {
      quick += await live(createRandom(seed));
    } catch (error) {
      throw new Error(`fails with MOONBIT_REGISTRY_TEST_SEED=${seed}`, { cause: error });
    }
  }
  expect(quick).toBeGreaterThan(STEPS);
}, 60_000);

test.each([
  ["torn", () => '{"madeBy":"'],
  ["of another shape", () => "null"],
  [
    "of another version of the program",
    (text: string) => text.replace('"madeBy":"', '"madeBy":"x'),
  ],
])("a record that is %s is passed over", async (_, damage) => {
  const random = createRandom(1);
  const twins = await createTwins(random);
  await update(twins, {});
  const file = recordFile(twins.both[0]);
  writeFileSync(file, damage(readFileSync(file, "utf8")));
  await changeIndex(twins, random, sourceRef("one"), 1);
  twins.at++;
  expect(await update(twins, {})).toBe(false);
  twins.at++;
  expect(await update(twins, {})).toBe(true);
});

test("what a record remembers of the store points at no archive", async () => {
  const random = createRandom(1);
  const twins = await createTwins(random);
  const [registry] = twins.both;
  for (let archives = 1; archives < 8; archives++) {
    await registry.archives.put(random.bytes(10));
    await updateViews(registry, await currentOffer(registry, ++twins.at), () => {});
    expect(readViewRecord(registry.paths)!.stored.split(" ")).toHaveLength(archives);
    expect(pointedArchives(registry).size).toBe(0);
  }
});

test("once a day they are made from scratch", async () => {
  const twins = await createTwins(createRandom(1));
  await update(twins, {});
  twins.at += DAY;
  expect(await update(twins, {})).toBe(true);
  twins.at += 1;
  expect(await update(twins, {})).toBe(false);
});

test("an update tells what has come, gone and changed, as does the commit that it makes", async () => {
  const registry = await newRegistry(SOURCE);
  const update = async (modules: Record<string, string[]>) => {
    await fetched(registry, "up", modules);
    return await updateViews(registry, await currentOffer(registry), () => {});
  };
  const about = () => {
    const { objects, paths } = registry;
    return objects.commit(readRef(paths.index, ALL_VIEW)!).message.trim();
  };
  const none = { added: [], removed: [], changed: [] };
  expect(await update({ "b/x": ["1.0.0"], "a/x": ["1.0.0"], "c/x": ["1.0.0"] })).toEqual({
    ...none,
    added: ["a/x", "b/x", "c/x"],
  });
  const more = { "a/y": ["1.0.0"], "a/x": ["1.0.0", "1.1.0"], "c/x": ["1.0.0"] };
  expect(await update(more)).toEqual({ added: ["a/y"], removed: ["b/x"], changed: ["a/x"] });
  for (const module of ["a/x", "a/y", "b/x"]) expect(about()).toContain(module);
  expect(about()).not.toContain("c/x");
  const tip = readRef(registry.paths.index, ALL_VIEW);
  expect(await update(more)).toEqual(none);
  expect(readRef(registry.paths.index, ALL_VIEW)).toBe(tip);
});

test("a line that cannot be understood is told of at every update, with its place", async () => {
  const registry = await newRegistry(SOURCE);
  const update = async () => {
    const { said, report } = warnings();
    await updateViews(registry, await currentOffer(registry), report);
    return said;
  };
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0", "nonsense"] });
  const first = await update();
  expect(first).toEqual([expect.stringMatching(/^source up: b\/x, line 2: .*; not served$/)]);
  expect(await update()).toEqual(first);
  await fetched(registry, "up", { "a/x": ["1.0.0", "1.1.0"], "b/x": ["1.0.0", "nonsense"] });
  expect(await update()).toEqual(first);
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0"] });
  expect(await update()).toEqual([]);
});

test("when what they were made from was collected since, they are made from scratch", async () => {
  const registry = await newRegistry(SOURCE);
  const update = async () => await updateViews(registry, await currentOffer(registry), () => {});
  // With a line that is not served, so that the view is no copy of the index.
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0", "nonsense"] });
  await update();
  const { index } = registry.paths;
  const former = registry.objects.commit(readRef(index, sourceRef("up"))!).tree;
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0"], "c/x": ["1.0.0"] });
  await repackNow(index, registry.objects, ALL_VIEW);
  const later = openRegistry(registry.config.file);
  expect(later.objects.has(former)).toBe(false);
  const offer = await currentOffer(later);
  expect(offer.former).toBeUndefined();
  expect(await updateViews(later, offer, () => {})).toMatchObject({ added: ["c/x"] });
  expect(readViewRecord(later.paths)!.counts).toEqual({ up: 3 });
});

test("an offer stands until another is made of what is there, or shown", async () => {
  const registry = await newRegistry(SOURCE);
  const { index } = registry.paths;
  await fetched(registry, "up", { "a/x": ["1.0.0"] });
  const offer = await currentOffer(registry);
  expect(await offerOfNow(registry, offer)).toBe(offer);
  await updateViews(registry, offer, () => {});
  const shown = await offerOfNow(registry, offer);
  expect(shown).not.toBe(offer);
  expect(await offerOfNow(registry, shown)).toBe(shown);
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0"] });
  const more = await offerOfNow(registry, shown);
  expect([...more.catalog.keys()].sort()).toEqual(["a/x", "b/x"]);
  await writeRef(index, STORED_VIEW, readRef(index, sourceRef("up"))!);
  expect(await offerOfNow(registry, more)).not.toBe(more);
});

test("what a policy holds back is told with the offer, also by what was recorded of it", async () => {
  const registry = await newRegistry(`${SOURCE}[policy]\nblock = ["a/*"]\n`);
  await fetched(registry, "up", { "a/x": ["1.0.0", "1.1.0"], "b/x": ["1.0.0"] });
  const held = async () => {
    const offer = await currentOffer(registry);
    await updateViews(registry, offer, () => {});
    return offer.held.map(({ module, version }) => `${module}@${version}`).sort();
  };
  expect(await held()).toEqual(["a/x@1.0.0", "a/x@1.1.0"]);
  await fetched(registry, "up", { "a/x": ["1.0.0", "1.1.0"], "a/y": ["1.0.0"] });
  expect(await held()).toEqual(["a/x@1.0.0", "a/x@1.1.0", "a/y@1.0.0"]);
  await fetched(registry, "up", { "a/x": ["1.0.0"] });
  expect(await held()).toEqual(["a/x@1.0.0"]);
});

const treeOf = ({ objects, paths }: Registry, ref: string) =>
  objects.commit(readRef(paths.index, ref)!).tree;

test("a view that was set back is made anew, though all that it is made from is the same", async () => {
  const registry = await newRegistry(SOURCE);
  const { index } = registry.paths;
  const update = async () => updateViews(registry, await currentOffer(registry), () => {});
  await fetched(registry, "up", { "a/x": ["1.0.0"] });
  await update();
  const former = readRef(index, ALL_VIEW)!;
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0"] });
  await update();
  const tree = treeOf(registry, ALL_VIEW);
  await writeRef(index, ALL_VIEW, former);
  expect(await update()).toMatchObject({ added: ["b/x"] });
  expect(treeOf(registry, ALL_VIEW)).toBe(tree);
});

test("what was too young is shown from the moment on at which it is not", async () => {
  const registry = await newRegistry(`${SOURCE}[policy]\nmin_age = "3d"\n`);
  const created_at = new Date(START).toISOString();
  await fetched(registry, "up", { "a/x": ["1.0.0"], "b/x": ["1.0.0"] }, () => "0".repeat(64), {
    created_at,
  });
  const added = async (at: number) =>
    (await updateViews(registry, await currentOffer(registry, at), () => {})).added;
  expect(await added(START + 2 * DAY + 1)).toEqual([]);
  expect(await added(START + 3 * DAY - 1)).toEqual([]);
  expect(await added(START + 3 * DAY)).toEqual(["a/x", "b/x"]);
});

test("whose module it is follows the order of the sources", async () => {
  const registry = await newRegistry(SOURCE);
  const [up] = registry.config.sources;
  const inOrder = (...names: string[]): Registry => {
    const sources = names.map((name, priority) => ({ ...up!, name, priority }));
    return { ...registry, config: { ...registry.config, sources } };
  };
  await fetched(registry, "one", { "a/x": ["1.0.0"] });
  await fetched(registry, "two", { "a/x": ["2.0.0"] });
  for (const names of [["one", "two"], ["two", "one"], ["one", "two"], ["two"]]) {
    const ordered = inOrder(...names);
    await updateViews(ordered, await currentOffer(ordered), () => {});
    const [line] = linesOn(registry, ALL_VIEW, "a/x");
    expect(line).toContain(names[0] === "one" ? "1.0.0" : "2.0.0");
  }
});

test("what nobody lists any more leaves both views, with the short cut and without", async () => {
  for (const isShort of [true, false]) {
    const registry = await newRegistry(SOURCE);
    const { sha256 } = await registry.archives.put(Buffer.from("stored"));
    const update = async (...modules: string[]) => {
      const index = Object.fromEntries(modules.map((name) => [name, ["1.0.0"]]));
      await fetched(registry, "up", index, () => sha256);
      await updateViews(registry, await currentOffer(registry), () => {});
      return [ALL_VIEW, STORED_VIEW].map((ref) => linesOn(registry, ref, "a/x").length);
    };
    expect(await update("a/x", "b/x")).toEqual([1, 1]);
    if (!isShort) rmSync(recordFile(registry));
    expect(await update("b/x")).toEqual([0, 0]);
    await registry.archives.delete(sha256);
    expect(await update("b/x", "c/x")).toEqual([0, 0]);
    expect(linesOn(registry, STORED_VIEW, "b/x")).toEqual([]);
  }
});
