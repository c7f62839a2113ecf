/**
 * What a power cut leaves where a disk had promised too much: packs, their indexes, refs and notes of no bytes. A
 * repair puts back all that what is left can tell, deletes nothing, and never lets a version be published otherwise.
 */
import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { createObjectBatch, encodeCommit, readRef } from "../../../src/git/mod.ts";
import {
  gc,
  mirror,
  openRegistry,
  type Registry,
  sync,
  verify,
} from "../../../src/registry/mod.ts";
import { ALL_VIEW, KNITPKG, PUBLISHED, STORED_VIEW } from "../../../src/registry/paths.ts";
import { publishLocally } from "../../../src/registry/publishing/publications.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import { AUTHOR } from "../../../src/version.ts";
import {
  carry,
  changed,
  everything,
  islandOf,
  type SmallUpstream,
  silent,
  startSmallUpstream,
  storedIn,
  take,
  warnings,
} from "../../support/islands.ts";
import { body, openKnitPkg, person } from "../../support/knitpkg.ts";
import { writeModule } from "../../support/module.ts";
import { linesOn, refsOf, refusalOf } from "../../support/published.ts";

const publish = (registry: Registry, version: string, files: Record<string, string> = {}) =>
  publishLocally(registry, writeModule({ name: "alice/json", version, files }), {
    dryRun: false,
    warn: silent,
  });

const anew = ({ config, objects }: Registry): Registry => {
  objects.close();
  return openRegistry(config.file);
};

const packsOf = ({ paths }: Registry) => join(paths.index, "objects", "pack");
const files = (registry: Registry, extension: string) =>
  readdirSync(packsOf(registry))
    .filter((name) => name.endsWith(extension))
    .map((name) => join(packsOf(registry), name));
const refFile = ({ paths }: Registry, ref: string) => join(paths.index, ref);
const empty = (...paths: readonly string[]) => {
  for (const path of paths) {
    // As a file of its own: a pack may be read-only.
    rmSync(path);
    writeFileSync(path, "");
  }
};
const aside = ({ paths }: Registry): string[] =>
  existsSync(paths.quarantine) ? readdirSync(paths.quarantine).sort() : [];

/** What was published and mirrored, and the packs that the last publication made. */
async function filled(upstream: SmallUpstream) {
  upstream.list("a/x", "1.0.0");
  const unasked = "[knitpkg]\nverify_commits = false\n";
  const registry = changed(await islandOf({ up: upstream }), (toml) => toml + unasked);
  await mirror(registry, everything, silent);
  await openKnitPkg(registry).register(body(), person("ann"));
  await publish(registry, "1.0.0");
  const before = new Set(files(registry, ".pack"));
  await publish(registry, "1.1.0");
  const newest = files(registry, ".pack").filter((path) => !before.has(path));
  return { registry, newest };
}

const idxOf = (pack: string) => pack.replace(/\.pack$/, ".idx");

const repair = async (registry: Registry) => {
  const { said, report } = warnings();
  const { problems } = await verify(anew(registry), { repair: true }, report);
  const left = problems.filter(({ repaired }) => !repaired).map(({ subject }) => subject);
  return { problems, left, said };
};

const soundNow = async (registry: Registry) =>
  expect((await verify(anew(registry), {}, silent)).problems).toEqual([]);

const notes = ({ paths }: Registry) => [paths.published, paths.views];
const ownRefs = [PUBLISHED, KNITPKG];
const views = [ALL_VIEW, STORED_VIEW];

test("indexes of packs that are empty are made anew from their packs, and all is as it was", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const refs = refsOf(registry);
  const indexes = files(registry, ".idx");
  const bytes = indexes.map((path) => readFileSync(path, "hex"));
  empty(...indexes);
  expect((await refusalOf(publish(anew(registry), "1.2.0"))).hint).toContain("verify --repair");
  const { problems, left } = await repair(registry);
  expect(problems).toHaveLength(indexes.length);
  expect(left).toEqual([]);
  expect(indexes.map((path) => readFileSync(path, "hex"))).toEqual(bytes);
  expect(refsOf(registry)).toEqual(refs);
  expect(aside(registry)).toEqual([]);
  await soundNow(registry);
});

test("an index with other bytes than were written is told of, and made anew", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const [index] = files(registry, ".idx");
  const bytes = readFileSync(index!);
  const spoilt = Buffer.from(bytes);
  spoilt[spoilt.length - 60]! ^= 1;
  rmSync(index!);
  writeFileSync(index!, spoilt);
  const found = (await verify(anew(registry), {}, silent)).problems;
  expect(found.map(({ message }) => message)).toContain("the index is not what was written");
  expect((await repair(registry)).left).toEqual([]);
  expect(readFileSync(index!)).toEqual(bytes);
  await soundNow(registry);
});

test("refs and notes that are empty are put back from sound packs, to the commit", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const refs = refsOf(registry);
  const note = readFileSync(registry.paths.published, "utf8");
  const lines = views.map((ref) => [
    linesOn(registry, ref, "a/x"),
    linesOn(registry, ref, "alice/json"),
  ]);
  empty(...[...views, ...ownRefs].map((ref) => refFile(registry, ref)), ...notes(registry));
  expect((await repair(registry)).left).toEqual([]);
  const now = refsOf(registry);
  for (const ref of ownRefs) expect(now[ref]).toBe(refs[ref]!);
  // Who has pulled them goes on from there.
  for (const ref of views) expect(now[ref]).toBe(refs[ref]!);
  expect(JSON.parse(readFileSync(registry.paths.published, "utf8"))).toEqual(JSON.parse(note));
  const again = anew(registry);
  expect(
    views.map((ref) => [linesOn(again, ref, "a/x"), linesOn(again, ref, "alice/json")]),
  ).toEqual(lines);
  await soundNow(registry);
  expect(await publish(anew(registry), "1.1.0")).toMatchObject({ outcome: "unchanged" });
  const other = publish(anew(registry), "1.1.0", { "other.mbt": "// other bytes\n" });
  expect((await refusalOf(other)).code).toBe("exists");
});

test("of a damaged pack what is sound is kept, and the pack is put aside", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const refs = refsOf(registry);
  // An object that nothing needs, in one pack with those that are needed.
  const { objects, paths } = registry;
  const packs = files(registry, ".pack");
  const batch = createObjectBatch(paths.index, () => false);
  for (const oid of objects.packed()) {
    const { type, data } = objects.read(oid);
    batch.add(type, data);
  }
  batch.add("blob", Buffer.from(Array.from({ length: 99 }, (_, at) => at * 7 + 13)));
  await batch.write();
  objects.close();
  for (const path of packs) for (const each of [idxOf(path), path]) rmSync(each);
  const [pack] = files(registry, ".pack");
  const bytes = readFileSync(pack!);
  // In the last object, before the pack's own SHA-1.
  bytes[bytes.length - 40]! ^= 0xff;
  rmSync(pack!);
  writeFileSync(pack!, bytes);
  const { left } = await repair(registry);
  expect(left).toEqual([]);
  expect(refsOf(registry)).toEqual(refs);
  expect(
    readFileSync(join(paths.quarantine, aside(registry).find((name) => name.endsWith(".pack"))!)),
  ).toEqual(bytes);
  await soundNow(registry);
});

test("the index of a source is fetched again when its packs are gone, or its ref", async () => {
  for (const ref of [true, false]) {
    using upstream = startSmallUpstream();
    const { sha256, registry } = await (async () => {
      const sha256 = upstream.list("a/x", "1.0.0");
      const registry = await islandOf({ up: upstream });
      await mirror(registry, everything, silent);
      return { sha256, registry };
    })();
    if (ref) empty(refFile(registry, sourceRef("up")));
    else for (const path of files(registry, ".pack")) empty(path, idxOf(path));
    const { left } = await repair(registry);
    expect(left).toEqual([]);
    await soundNow(registry);
    const now = anew(registry);
    for (const view of views) expect(linesOn(now, view, "a/x")).toHaveLength(1);
    expect(await storedIn(now)).toEqual([sha256]);
    await sync(now, {}, silent);
  }
});

test("while a source does not answer its damaged ref stays as it is, so that nothing is taken for waste", async () => {
  const upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const stored = await storedIn(registry);
  upstream[Symbol.dispose]();
  empty(refFile(registry, sourceRef("up")), refFile(registry, ALL_VIEW));
  const { left, said } = await repair(registry);
  expect(left.sort()).toEqual([sourceRef("up"), ALL_VIEW].sort());
  expect(said.join("\n")).toContain("the index of up is damaged");
  expect((await refusalOf(gc(anew(registry), {}, silent))).code).toBe("integrity");
  expect(await storedIn(registry)).toEqual(stored);
});

test("when the newest publication is lost nothing is set back on the quiet: what is left is told, and a bundle brings it", async () => {
  for (const lost of [[], ownRefs.map((ref) => ref), [PUBLISHED]]) {
    for (const withNote of [true, false]) {
      using upstream = startSmallUpstream();
      const { registry, newest } = await filled(upstream);
      const refs = refsOf(registry);
      const bundle = await carry(registry);
      const older = (await registry.objects.commit(refs[PUBLISHED]!)).parents[0]!;
      registry.objects.close();
      empty(
        ...newest.flatMap((path) => [path, idxOf(path)]),
        ...views.map((ref) => refFile(registry, ref)),
      );
      empty(...lost.map((ref) => refFile(registry, ref)), ...(withNote ? [] : notes(registry)));
      const stored = await storedIn(registry);
      const { left, said } = await repair(registry);
      expect(left).toContain(
        lost.length === 0 && !withNote
          ? PUBLISHED
          : withNote
            ? PUBLISHED
            : registry.paths.published,
      );
      const told = said.join("\n");
      expect(told).toContain(`the newest of ${PUBLISHED} that the sound packs have is ${older}`);
      expect(told).toContain("by the audit log it lacks alice/json@1.1.0");
      for (const path of newest) expect(told).toContain(path.split("/").at(-1)!);
      const other = publish(anew(registry), "1.1.0", { "other.mbt": "// other bytes\n" });
      expect((await refusalOf(other)).code).toBe("integrity");
      expect((await refusalOf(gc(anew(registry), {}, silent))).code).toBe("integrity");
      expect(await storedIn(registry)).toEqual(stored);

      if (!withNote) rmSync(registry.paths.published);
      expect(await take(anew(registry), bundle, { anyway: true })).toMatchObject({
        outcome: "applied",
      });
      for (const ref of ownRefs) expect(readRef(registry.paths.index, ref)).toBe(refs[ref]!);
      await soundNow(registry);
    }
  }
});

test("what nobody has any more is given up by putting the note away: the branch goes on from what is left", async () => {
  using upstream = startSmallUpstream();
  const { registry, newest } = await filled(upstream);
  const refs = refsOf(registry);
  const older = registry.objects.commit(refs[PUBLISHED]!).parents[0]!;
  registry.objects.close();
  empty(...newest.flatMap((path) => [path, idxOf(path)]), refFile(registry, PUBLISHED));
  expect((await repair(registry)).left).toContain(PUBLISHED);
  rmSync(registry.paths.published);
  const { left, problems } = await repair(registry);
  expect(left).toEqual([]);
  expect(problems.map(({ message }) => message).join("\n")).toContain("is given up");
  expect(readRef(registry.paths.index, PUBLISHED)).toBe(older);
  expect(readRef(registry.paths.index, KNITPKG)).toBe(refs[KNITPKG]!);
  await soundNow(registry);
  expect(await publish(anew(registry), "1.1.0")).toMatchObject({ outcome: "published" });
  expect(aside(registry)).toHaveLength(newest.length * 2);
});

test("of several commits that a lost branch may have stood at none is chosen", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const { objects, paths } = registry;
  const tip = readRef(paths.index, PUBLISHED)!;
  const batch = createObjectBatch(paths.index, objects.has);
  const message = objects.commit(tip).message;
  const other = encodeCommit({ ...objects.commit(tip), time: 4_000_000_000, message }, AUTHOR);
  batch.add("commit", other);
  await batch.write();
  empty(refFile(registry, PUBLISHED), paths.published);
  const { left, said } = await repair(registry);
  expect(left).toContain(paths.published);
  expect(said.join("\n")).toContain(
    `the right one is to be written into ${refFile(registry, PUBLISHED)}`,
  );
  expect(said.join("\n")).toContain(tip);
  rmSync(paths.published);
  expect((await repair(registry)).left).toContain(PUBLISHED);
});

test("packs that were put aside are removed by gc after a month", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const { paths } = registry;
  const batch = createObjectBatch(paths.index, () => false);
  batch.add("blob", Buffer.from("nothing needs it"));
  const before = new Set(files(registry, ".pack"));
  await batch.write();
  const [needless] = files(registry, ".pack").filter((path) => !before.has(path));
  rmSync(idxOf(needless!));
  truncateSync(needless!, 0);
  writeFileSync(idxOf(needless!), "");
  expect((await repair(registry)).left).toEqual([]);
  expect(aside(registry)).toHaveLength(2);
  const [now, day] = [Date.now(), 86_400_000];
  await gc(anew(registry), { now: now + 29 * day }, silent);
  expect(aside(registry)).toHaveLength(2);
  await gc(anew(registry), { now: now + 31 * day }, silent);
  expect(aside(registry)).toEqual([]);
});

test("a sync fetches the index of a source anew whose ref is empty, or whose packs are gone", async () => {
  for (const isRef of [true, false]) {
    using upstream = startSmallUpstream();
    upstream.list("a/x", "1.0.0");
    const registry = await islandOf({ up: upstream });
    await mirror(registry, everything, silent);
    const ref = sourceRef("up");
    const tip = readRef(registry.paths.index, ref);
    if (isRef) empty(refFile(registry, ref));
    else {
      const { objects } = registry;
      const own = files(registry, ".pack").filter((path) => {
        const index = readFileSync(idxOf(path)).toString("hex");
        return index.includes(tip!);
      });
      objects.close();
      for (const path of own) for (const each of [idxOf(path), path]) rmSync(each);
    }
    const synced = await sync(anew(registry), {}, silent);
    expect(synced.sources).toEqual([{ name: "up", outcome: "updated" }]);
    await repair(registry);
    await soundNow(registry);
    expect(linesOn(anew(registry), STORED_VIEW, "a/x")).toHaveLength(1);
  }
});

test("a damaged file beside the index is told of, and the rest is mended", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const refs = refsOf(registry);
  empty(refFile(registry, ALL_VIEW));
  writeFileSync(registry.paths.assets, "");
  const { left } = await repair(registry);
  expect(left).toEqual([registry.paths.root]);
  expect(refsOf(registry)).toEqual(refs);
  rmSync(registry.paths.assets);
  await soundNow(registry);
});

test("views are not made while pins are damaged, of which they are made too", async () => {
  using upstream = startSmallUpstream();
  const { registry } = await filled(upstream);
  const pins = refFile(registry, "refs/pins/up");
  mkdirSync(dirname(pins), { recursive: true });
  writeFileSync(pins, "");
  empty(refFile(registry, ALL_VIEW));
  const { left } = await repair(registry);
  expect(left.sort()).toEqual([ALL_VIEW, "refs/pins/up"].sort());
  expect(readFileSync(refFile(registry, ALL_VIEW), "utf8")).toBe("");
});
