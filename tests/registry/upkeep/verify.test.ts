/** What a look through everything tells, beside what is wrong. */
import { expect, test } from "bun:test";
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../src/errors.ts";
import { deleteRef } from "../../../src/git/mod.ts";
import { addAssets } from "../../../src/registry/assets/asset-map.ts";
import { lockHolder } from "../../../src/registry/lock.ts";
import {
  type Event,
  mirror,
  openRegistry,
  type Registry,
  verify,
} from "../../../src/registry/mod.ts";
import { ALL_VIEW, STORED_VIEW } from "../../../src/registry/paths.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import {
  archiveFile,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
} from "../../support/islands.ts";
import { newRegistry, SOURCE } from "../../support/published.ts";

/** A registry of two versions, and their archives. */
async function mirrored(): Promise<{ registry: Registry; hashes: string[] }> {
  using upstream = startSmallUpstream();
  const hashes = [
    upstream.list("a/x", "1.0.0", { content: "12345" }),
    upstream.list("a/x", "1.1.0", { content: "1234567" }),
  ];
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  return { registry, hashes };
}

test("what was looked through is counted, and told on the way", async () => {
  const { registry } = await mirrored();
  const events: Event[] = [];
  const found = await verify(registry, {}, (event) => events.push(event));
  expect(found).toMatchObject({
    archives: 2,
    bytes: 12,
    problems: [],
    unreferenced: 0,
    restored: 0,
  });
  expect(found.objects).toBeGreaterThan(3);
  expect(events).toContainEqual({ type: "checking", archives: 2, bytes: 12 });
  const told = events.flatMap((event) => (event.type === "progress" ? [event] : []));
  expect(told.at(-1)).toMatchObject({ done: 2, total: 2, failed: 0, bytes: 12 });
});

test("archives that nothing names are counted, and those that something beside the index names are not", async () => {
  const { registry, hashes } = await mirrored();
  const { sha256: program } = await registry.archives.put(Buffer.from("program"));
  await registry.archives.put(Buffer.from("nobody knows me"));
  expect((await verify(registry, {}, silent)).unreferenced).toBe(2);
  await addAssets(registry, new Map([["a/x@1.0.0/x.wasm", program]]));
  expect(await verify(registry, {}, silent)).toMatchObject({ unreferenced: 1, problems: [] });
  rmSync(archiveFile(registry, program));
  const { problems, unreferenced } = await verify(registry, {}, silent);
  expect([unreferenced, problems]).toEqual([
    1,
    [
      {
        kind: "listing",
        subject: "assets.json",
        message: `it names ${program}, which is not here`,
        repaired: false,
      },
    ],
  ]);
  writeFileSync(archiveFile(registry, hashes[0]!), "other bytes");
  const spoilt = (await verify(registry, {}, silent)).problems.map(({ message }) => message);
  expect(spoilt[0]).toStartWith("a/x@1.0.0: it hashes to ");
});

test("spoilt bytes that no index names are told as such", async () => {
  const { registry } = await mirrored();
  const { sha256 } = await registry.archives.put(Buffer.from("nobody knows me"));
  writeFileSync(archiveFile(registry, sha256), "other bytes");
  const { problems } = await verify(registry, {}, silent);
  expect(problems).toMatchObject([
    {
      kind: "archive",
      subject: sha256,
      message: expect.stringContaining(`${sha256} (which no index names): it hashes to`),
    },
  ]);
});

test("what is wrong is told when it is found, as it is summed up", async () => {
  const { registry, hashes } = await mirrored();
  const [first, second] = hashes;
  writeFileSync(archiveFile(registry, first!), "other bytes");
  rmSync(archiveFile(registry, second!));
  const stray = `${archiveFile(registry, first!)}.bak`;
  writeFileSync(stray, "");
  const events: Event[] = [];
  const { problems } = await verify(registry, {}, (event) => events.push(event));
  expect(problems).toMatchObject([
    { kind: "archive", subject: first },
    {
      kind: "listing",
      subject: "a/x@1.1.0",
      message: `it is listed as stored, and ${second} is not here`,
    },
    { kind: "file", subject: stray, message: `${stray} is no archive and does not belong here` },
  ]);
  const told = events.flatMap((event) => (event.type === "problem" ? [event] : []));
  expect(told).toEqual(
    problems.map(({ kind, subject, message }) => ({ type: "problem", kind, subject, message })),
  );
});

test("a damage that stands behind many objects is told once, and nothing is taken for waste then", async () => {
  const { registry } = await mirrored();
  const read = () => {
    throw new Failure("integrity", "a pack is damaged", "restore it");
  };
  const broken = { ...registry, objects: { ...registry.objects, read } };
  const { problems, unreferenced } = await verify(broken, {}, silent);
  expect(problems.filter(({ message }) => message.startsWith("a pack is damaged"))).toHaveLength(2);
  expect(problems[0]).toMatchObject({ kind: "git", message: "a pack is damaged; restore it" });
  expect(unreferenced).toBe(0);
});

test("a ref of a source that cannot be read can be fetched again, and its archives are no waste", async () => {
  const { registry } = await mirrored();
  // One that only its source lists.
  const { paths } = registry;
  for (const ref of [ALL_VIEW, STORED_VIEW]) await deleteRef(paths.index, ref);
  writeFileSync(join(paths.index, sourceRef("up")), "");
  const { problems, unreferenced } = await verify(openRegistry(registry.config.file), {}, silent);
  expect(problems).toMatchObject([
    {
      kind: "git",
      subject: sourceRef("up"),
      message: expect.stringContaining("run `verify --repair`: it is fetched again"),
    },
  ]);
  expect(unreferenced).toBe(0);
});

test("a bundle that is not there is told before anything is looked through", async () => {
  const { registry } = await mirrored();
  const events: Event[] = [];
  const from = `${registry.paths.root}/no.bundle`;
  const attempt = verify(registry, { repair: true, from }, (event) => events.push(event));
  await expect(attempt).rejects.toMatchObject({ code: "not-found" });
  expect(events).toEqual([]);
});

test("only a repair keeps others from writing", async () => {
  const { registry } = await mirrored();
  const held: unknown[] = [];
  const { fetching, lock } = registry.paths;
  const report = (event: Event) => {
    if (event.type === "checking")
      held.push([fetching, lock].map((path) => lockHolder(path)?.command));
  };
  await verify(registry, {}, report);
  await verify(registry, { repair: true }, report);
  expect(held).toEqual([
    [undefined, undefined],
    ["verify", "verify"],
  ]);
});

test("one that is asked to end says why, and looks no further", async () => {
  const { registry } = await mirrored();
  const { archives, objects } = registry;
  const asked = new Failure("interrupted", "interrupted");
  const stops = new AbortController();
  /** Takes longer than is gone on without a breath, and is asked to end meanwhile. */
  const slowly =
    <T, A extends unknown[]>(look: (...args: A) => T) =>
    (...args: A): T => {
      stops.abort(asked);
      for (const until = performance.now() + 12; performance.now() < until; );
      return look(...args);
    };
  const { signal } = stops;
  let checked = 0;
  const counting: typeof archives.check = (sha256) => {
    checked++;
    return archives.check(sha256);
  };
  const inGit = {
    ...registry,
    objects: { ...objects, read: slowly(objects.read) },
    archives: { ...archives, check: counting },
  };
  await expect(verify(inGit, { signal }, silent)).rejects.toBe(asked);
  expect(checked).toBe(0);
  const inArchives = { ...registry, archives: { ...archives, check: slowly(counting) } };
  await expect(verify(inArchives, { signal }, silent)).rejects.toBe(asked);
  expect(checked).toBe(1);
});

test("others have their turn while a big archive is read through, as a server has to answer", async () => {
  const registry = await newRegistry(SOURCE);
  const { sha256 } = await registry.archives.put(Buffer.from("small"));
  truncateSync(archiveFile(registry, sha256), 128 * 1024 * 1024);
  let turns = 0;
  let turn: Timer | undefined;
  let before = 0;
  const { problems } = await verify(registry, {}, (event) => {
    if (event.type === "checking") turn = setInterval(() => turns++, 0);
    // Told when all of it was read.
    if (event.type === "problem") before = turns;
  });
  clearInterval(turn);
  expect(problems).toMatchObject([{ kind: "archive", subject: sha256 }]);
  expect(before).toBeGreaterThan(0);
});
