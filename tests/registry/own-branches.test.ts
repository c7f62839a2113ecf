/** What was published here and is in the index no more is missed, by whatever would make that final. */
import { expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { deleteRef, readRef, writeRef } from "../../src/git/mod.ts";
import {
  gc,
  mirror,
  openRegistry,
  type Registry,
  recompute,
  status,
  verify,
} from "../../src/registry/mod.ts";
import { readableOwnTips } from "../../src/registry/own-branches.ts";
import { ALL_VIEW, KNITPKG, PUBLISHED, STORED_VIEW } from "../../src/registry/paths.ts";
import { publishDirectory } from "../../src/registry/publishing/publish.ts";
import {
  archiveFile,
  carry,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../support/islands.ts";
import { body, newRegistry, openKnitPkg, person } from "../support/knitpkg.ts";
import { writeModule } from "../support/module.ts";
import { refsOf, refusalOf } from "../support/published.ts";

const publish = (registry: Registry, version: string, name = "alice/json") =>
  publishDirectory(registry, writeModule({ name, version }));

async function published(): Promise<Registry> {
  const registry = await newRegistry();
  for (const version of ["1.0.0", "1.1.0"]) await publish(registry, version);
  return registry;
}

const refFile = ({ paths }: Registry, ref: string) => join(paths.index, ref);
const noteFile = ({ paths }: Registry) => join(paths.root, "published.json");

/** As whoever comes next finds it. */
const anew = ({ config }: Registry): Registry => openRegistry(config.file);

/** As after "put the index away": what comes then makes a new one. */
function loseIndex({ paths, objects, config }: Registry): Registry {
  objects.close();
  renameSync(paths.index, `${paths.index}-away`);
  return openRegistry(config.file);
}

const LOSSES: Readonly<Record<string, (registry: Registry) => Registry>> = {
  "its branch is gone": (registry) => {
    rmSync(refFile(registry, PUBLISHED));
    return anew(registry);
  },
  "its branch is an empty file": (registry) => {
    writeFileSync(refFile(registry, PUBLISHED), "");
    return anew(registry);
  },
  "the index is gone": loseIndex,
};

for (const [name, lose] of Object.entries(LOSSES)) {
  test(`when ${name}, what was published is not unlisted, removed, published otherwise or left out of a bundle`, async () => {
    const registry = lose(await published());
    const archives = await storedIn(registry);
    const views = [ALL_VIEW, STORED_VIEW].map((ref) => readRef(registry.paths.index, ref));
    const attempts: readonly (() => Promise<unknown>)[] = [
      () => recompute(registry),
      () => gc(registry, {}, silent),
      () => status(registry),
      () => publish(registry, "1.0.0"),
      () => publish(registry, "1.0.0", "alice/other"),
      () => carry(registry),
    ];
    for (const attempt of attempts) {
      expect((await refusalOf((async () => await attempt())())).code).toBe("integrity");
    }
    const { problems, unreferenced } = await verify(registry, {}, silent);
    expect(problems.map(({ kind, repaired }) => [kind, repaired])).toEqual([["git", false]]);
    expect(unreferenced).toBe(0);
    expect(await storedIn(registry)).toEqual(archives);
    const now = [ALL_VIEW, STORED_VIEW].map((ref) => readRef(registry.paths.index, ref));
    expect(now).toEqual(views);
  });
}

test("a repair puts a lost branch back to where it stood, to the commit", async () => {
  for (const ref of [PUBLISHED, KNITPKG]) {
    for (const lose of [
      (registry: Registry) => rmSync(refFile(registry, ref)),
      (registry: Registry) => writeFileSync(refFile(registry, ref), ""),
    ]) {
      const registry = await published();
      await openKnitPkg(registry).register(body(), person("ann"));
      const before = refsOf(registry);
      lose(registry);
      const { problems } = await verify(anew(registry), { repair: true }, silent);
      expect(problems.map(({ subject, repaired }) => [subject, repaired])).toEqual([[ref, true]]);
      expect(refsOf(registry)).toEqual(before);
      expect((await verify(anew(registry), {}, silent)).problems).toEqual([]);
    }
  }
});

test("a repair puts nothing back of which objects are missing", async () => {
  const registry = loseIndex(await published());
  const { problems } = await verify(registry, { repair: true }, silent);
  expect(problems.map(({ repaired }) => repaired)).toEqual([false]);
  expect(readRef(registry.paths.index, PUBLISHED)).toBeUndefined();
});

test("a branch that was set back, as by an older copy of the index, is missed as well", async () => {
  const registry = await published();
  const before = readRef(registry.paths.index, PUBLISHED)!;
  await publish(registry, "1.2.0");
  await writeRef(registry.paths.index, PUBLISHED, before);
  expect((await refusalOf(publish(registry, "1.2.0"))).code).toBe("integrity");
});

test("a repair puts a branch that was set back to where it stood, and one that went another way nowhere", async () => {
  const registry = await published();
  const before = readRef(registry.paths.index, PUBLISHED)!;
  await publish(registry, "1.2.0");
  const tip = readRef(registry.paths.index, PUBLISHED)!;
  await writeRef(registry.paths.index, PUBLISHED, before);
  const { problems } = await verify(anew(registry), { repair: true }, silent);
  expect(problems.map(({ subject, repaired }) => [subject, repaired])).toEqual([[PUBLISHED, true]]);
  expect(readRef(registry.paths.index, PUBLISHED)).toBe(tip);
  expect((await verify(anew(registry), {}, silent)).problems).toEqual([]);

  const note = readFileSync(noteFile(registry));
  rmSync(noteFile(registry));
  await writeRef(registry.paths.index, PUBLISHED, before);
  await publish(registry, "1.3.0");
  const other = readRef(registry.paths.index, PUBLISHED)!;
  writeFileSync(noteFile(registry), note);
  const again = (await verify(anew(registry), { repair: true }, silent)).problems;
  expect(again.map(({ subject, repaired }) => [subject, repaired])).toEqual([[PUBLISHED, false]]);
  expect(again[0]!.message).toContain(`putting ${noteFile(registry)} away gives up`);
  expect(readRef(registry.paths.index, PUBLISHED)).toBe(other);
});

test("a damaged note is told of as what it is, beside all else that is wrong, and never to be deleted", async () => {
  const registry = await published();
  const [sha256] = await storedIn(registry);
  writeFileSync(noteFile(registry), "");
  rmSync(archiveFile(registry, sha256!));
  const { problems } = await verify(anew(registry), {}, silent);
  expect(problems.map(({ kind }) => kind).sort()).toEqual(["file", "listing"]);
  const { subject, message } = problems.find(({ kind }) => kind === "file")!;
  expect(subject).toBe(noteFile(registry));
  expect(message).toContain("verify --repair");
  const { code, hint } = await refusalOf(gc(anew(registry), {}, silent));
  expect([code, hint]).toEqual(["integrity", expect.stringContaining("verify --repair")]);
  expect(`${message} ${hint}`).not.toContain("delete");
});

test("a note of anything but those branches and their commits is a damaged one", async () => {
  const registry = await published();
  const tip = readRef(registry.paths.index, PUBLISHED)!;
  const notes = [{ [ALL_VIEW]: tip }, { [PUBLISHED]: "HEAD" }, { [PUBLISHED]: null }, { x: tip }];
  for (const note of notes) {
    writeFileSync(noteFile(registry), JSON.stringify(note));
    expect((await refusalOf(publish(registry, "1.2.0"))).code).toBe("integrity");
    const { problems } = await verify(anew(registry), {}, silent);
    expect(problems.map(({ subject }) => subject)).toEqual([noteFile(registry)]);
  }
});

test("what is missed is called by what it is", async () => {
  const messages = { [PUBLISHED]: "what was published here", [KNITPKG]: "what KnitPkg registered" };
  for (const [ref, what] of Object.entries(messages)) {
    const registry = await published();
    await openKnitPkg(registry).register(body(), person("ann"));
    rmSync(refFile(registry, ref));
    const { problems } = await verify(anew(registry), {}, silent);
    expect(problems.map(({ subject }) => subject)).toEqual([ref]);
    expect(problems[0]!.message).toStartWith(what);
    expect(problems[0]!.message).toContain(`${ref} is not as ${noteFile(registry)} has it`);
  }
});

test("who only reads is told where they stand or stood, as long as anybody can say", async () => {
  const registry = await published();
  const tip = readRef(registry.paths.index, PUBLISHED)!;
  const all = new Map([[PUBLISHED, tip]]);
  const note = readFileSync(noteFile(registry));
  expect(readableOwnTips(registry)).toEqual(all);
  writeFileSync(noteFile(registry), "");
  expect(readableOwnTips(anew(registry))).toEqual(all);
  rmSync(refFile(registry, PUBLISHED));
  expect(readableOwnTips(anew(registry))).toBeUndefined();
  writeFileSync(noteFile(registry), note);
  expect(readableOwnTips(anew(registry))).toEqual(all);
  writeFileSync(refFile(registry, PUBLISHED), "");
  expect(readableOwnTips(anew(registry))).toEqual(all);
  expect(readableOwnTips(loseIndex(registry))).toBeUndefined();
  expect(readableOwnTips(await newRegistry())).toEqual(new Map());
});

test("a publication that was killed before it was noted is no loss, and noted by the next", async () => {
  const registry = await published();
  const note = readFileSync(noteFile(registry));
  await publish(registry, "1.2.0");
  writeFileSync(noteFile(registry), note);
  await recompute(anew(registry));
  const tip = readRef(registry.paths.index, PUBLISHED)!;
  expect(JSON.parse(readFileSync(noteFile(registry), "utf8"))).toEqual({ [PUBLISHED]: tip });
});

test("a note that is damaged is made anew by a repair, with the branch where that is lost too and all of it is here", async () => {
  const registry = await published();
  const note = readFileSync(noteFile(registry), "utf8");
  writeFileSync(noteFile(registry), "");
  expect((await refusalOf(publish(registry, "1.2.0"))).code).toBe("integrity");
  await verify(anew(registry), { repair: true }, silent);
  expect(readFileSync(noteFile(registry), "utf8")).toBe(note);

  writeFileSync(noteFile(registry), "");
  await deleteRef(registry.paths.index, PUBLISHED);
  await verify(anew(registry), { repair: true }, silent);
  expect(readFileSync(noteFile(registry), "utf8")).toBe(note);
});

test("where nobody can say what was published, a repair gets back what it can, and makes nothing of the rest", async () => {
  using upstream = startSmallUpstream();
  const mirrored = ["1.0.0", "1.1.0"].map((version) => upstream.list("a/x", version));
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  await publish(registry, "1.0.0");
  const bundle = await carry(registry);
  // It may be of a version that was published after all that is left.
  const { sha256: unnamed } = await registry.archives.put(Buffer.from("of whatever"));
  const all = await storedIn(registry);
  const own = all.find((sha256) => ![...mirrored, unnamed].includes(sha256))!;
  const before = refsOf(registry);
  for (const file of [refFile(registry, PUBLISHED), noteFile(registry)]) writeFileSync(file, "");
  const damage = () => {
    writeFileSync(archiveFile(registry, mirrored[0]!), "other bytes");
    for (const sha256 of [mirrored[1]!, own]) rmSync(archiveFile(registry, sha256));
  };
  const repair = async (options: object) => {
    damage();
    const { problems } = await verify(anew(registry), { repair: true, ...options }, silent);
    return problems.filter(({ repaired }) => !repaired).map(({ subject }) => subject);
  };
  const missed = [PUBLISHED, noteFile(registry)];
  expect((await repair({})).sort()).toEqual([...missed, "alice/json@1.0.0"].sort());
  expect(await storedIn(registry)).toEqual([...mirrored, unnamed].sort());
  writeFileSync(archiveFile(registry, own), "");
  expect((await repair({ from: bundle.path })).sort()).toEqual([...missed].sort());
  expect(await storedIn(registry)).toEqual(all);

  writeFileSync(refFile(registry, PUBLISHED), `${before[PUBLISHED]}\n`);
  await verify(anew(registry), { repair: true }, silent);
  expect(refsOf(registry)).toEqual(before);
  expect((await verify(anew(registry), {}, silent)).problems).toEqual([]);
});

test("a bundle of its own brings a lost index back, when it has all that was published", async () => {
  const registry = await published();
  const older = await carry(registry);
  await publish(registry, "1.2.0");
  const newer = await carry(registry);
  const tip = readRef(registry.paths.index, PUBLISHED)!;
  const archives = await storedIn(registry);
  const bare = loseIndex(registry);

  expect((await refusalOf(take(bare, older, { anyway: true }))).code).toBe("integrity");
  expect(await take(bare, newer, { anyway: true })).toMatchObject({ outcome: "applied" });
  expect(readRef(bare.paths.index, PUBLISHED)).toBe(tip);
  expect(await storedIn(bare)).toEqual(archives);
  expect((await verify(anew(bare), {}, silent)).problems).toEqual([]);
  expect(await publish(anew(bare), "1.2.0")).toMatchObject({ outcome: "unchanged" });
});

test("of a damaged ref that is made anew that is said, of all others never to delete it", async () => {
  const advice = async (ref: string): Promise<string> => {
    const registry = await published();
    mkdirSync(dirname(refFile(registry, ref)), { recursive: true });
    writeFileSync(refFile(registry, ref), "");
    const { problems } = await verify(anew(registry), {}, silent);
    expect(problems.map(({ subject }) => subject)).toEqual([ref]);
    return problems[0]!.message;
  };
  for (const ref of [ALL_VIEW, STORED_VIEW]) expect(await advice(ref)).toContain("made anew");
  for (const ref of [PUBLISHED, KNITPKG, "refs/pins/up"]) {
    expect(await advice(ref)).toContain("never delete it");
  }
});
