/** What `verify --repair` gets again, and from where. */
import { expect, test } from "bun:test";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { atOnce } from "../../../src/breath.ts";
import { Failure } from "../../../src/errors.ts";
import { addAssets, readAssets } from "../../../src/registry/assets/asset-map.ts";
import { openSymbols, readSymbolsPointer } from "../../../src/registry/assets/symbols.ts";
import { gc, mirror, type Registry, verify } from "../../../src/registry/mod.ts";
import { STORED_VIEW } from "../../../src/registry/paths.ts";
import { REMOTE } from "../../../src/registry/views/remote-origin.ts";
import {
  archiveFile,
  carry,
  changed,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
  storedIn,
  take,
  warnings,
} from "../../support/islands.ts";
import { fetched, linesOn } from "../../support/published.ts";

const spoil = (registry: Registry, sha256: string) =>
  writeFileSync(archiveFile(registry, sha256), "other bytes");

test("a module of the shared index is fetched again from the source that has the same archive", async () => {
  using upstream = startSmallUpstream();
  const here = upstream.list("a/x", "1.0.0");
  const other = Bun.SHA256.hash("nobody has it", "hex");
  const shared = '[git]\nremote_url = "http://127.0.0.1:1/index.git"\n';
  const registry = changed(await islandOf({ up: upstream }), (toml) => toml + shared);
  await fetched(registry, REMOTE, { "a/x": ["1.0.0", "2.0.0"] }, (_, version) =>
    version === "1.0.0" ? here : other,
  );
  await mirror(registry, everything, silent);
  for (const damage of [spoil, (r: Registry, sha256: string) => rmSync(archiveFile(r, sha256))]) {
    damage(registry, here);
    const { problems } = await verify(registry, { repair: true }, silent);
    expect(problems.map(({ repaired }) => repaired)).toEqual([true]);
    expect(atOnce(registry.archives.check(here)).problem).toBeUndefined();
  }
});

test("what was given up comes back later from the bundle that brought it", async () => {
  using upstream = startSmallUpstream();
  const lost = upstream.list("a/x", "1.0.0");
  const spoilt = upstream.list("a/x", "1.1.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  const bundle = await carry(origin);
  const replica = await islandOf();
  await take(replica, bundle);
  const all = linesOn(replica, STORED_VIEW, "a/x");

  rmSync(archiveFile(replica, lost));
  spoil(replica, spoilt);
  const { said, report } = warnings();
  await verify(replica, { repair: true }, report);
  expect(said).toHaveLength(2);
  for (const each of said) expect(each).toContain("--from BUNDLE");
  expect(linesOn(replica, STORED_VIEW, "a/x")).toEqual([]);
  expect((await verify(replica, {}, silent)).problems).toEqual([]);

  expect(await take(replica, bundle)).toMatchObject({ outcome: "applied before", lacking: 2 });
  const mended = await verify(replica, { repair: true, from: bundle.path }, silent);
  expect(mended).toMatchObject({ problems: [], restored: 2 });
  expect(linesOn(replica, STORED_VIEW, "a/x")).toEqual(all);
  expect(await take(replica, bundle)).toMatchObject({ outcome: "applied before", lacking: 0 });
});

test("of what its own sources have, a registry takes out of a bundle only what it had", async () => {
  using upstream = startSmallUpstream();
  const first = upstream.list("a/x", "1.0.0");
  upstream.list("b/never-mirrored", "1.0.0");
  const origin = await islandOf({ up: upstream });
  await mirror(origin, everything, silent);
  const registry = await islandOf({ up: upstream });
  await mirror(registry, { patterns: ["a/*"] }, silent);
  spoil(registry, first);
  const { path } = await carry(origin);
  const mended = await verify(registry, { repair: true, from: path }, silent);
  expect(mended).toMatchObject({ problems: [{ repaired: true }], restored: 0 });
  expect(await storedIn(registry)).toEqual([first]);
});

const PROGRAM = "a/x@1.0.0/x.wasm";

/** A registry with symbols and a program beside its index, and what its upstream has of them. */
async function withPointers() {
  const upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  const files = new Map([
    ["/symbols.zip", "symbols"],
    [`/assets/${PROGRAM}`, "program"],
    [`/assets/${PROGRAM}.sha256`, Bun.SHA256.hash("program", "hex")],
  ]);
  const asFiled = (path: string) => (files.has(path) ? new Response(files.get(path)!) : undefined);
  upstream.host.override = asFiled;
  /** From now on symbols begin, and then bring nothing more. */
  const endless = (onBegun: () => void) => {
    const pull = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(Buffer.alloc(300_000));
      onBegun();
      return new Promise<void>(() => {});
    };
    upstream.host.override = (path) =>
      path === "/symbols.zip"
        ? new Response(new ReadableStream({ pull }, { highWaterMark: 0 }))
        : asFiled(path);
  };
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  const { sha256: program } = await registry.archives.put(Buffer.from("program"));
  await addAssets(registry, new Map([[PROGRAM, program]]));
  const symbols = readSymbolsPointer(registry)!.sha256!;
  return { registry, files, endless, program, symbols, [Symbol.dispose]: upstream[Symbol.dispose] };
}

test("symbols and programs that are damaged or missing are fetched again", async () => {
  using world = await withPointers();
  const { registry, program, symbols } = world;
  spoil(registry, symbols);
  rmSync(archiveFile(registry, program));
  // The source's symbols are newer by now.
  world.files.set("/symbols.zip", "newer symbols");
  const { problems } = await verify(registry, { repair: true }, silent);
  expect(problems.map(({ repaired }) => repaired)).toEqual([true, true]);
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
  expect(await (await openSymbols(registry))?.body.text()).toBe("newer symbols");
  expect([...readAssets(registry)]).toEqual([[PROGRAM, program]]);
  await carry(registry);
});

test("a repair that is ended waits for no symbols that never end", async () => {
  const stopped = new AbortController();
  using world = await withPointers();
  const { registry, symbols } = world;
  rmSync(archiveFile(registry, symbols));
  world.endless(() => stopped.abort(new Failure("interrupted", "enough")));
  const repairing = verify(registry, { repair: true, signal: stopped.signal }, silent);
  await expect(repairing).rejects.toMatchObject({ code: "interrupted" });
});

test("those that their source has no more are pointed at no more, and an export is made again", async () => {
  using world = await withPointers();
  const { registry, program, symbols } = world;
  rmSync(archiveFile(registry, symbols));
  spoil(registry, program);
  world.files.clear();
  await expect(carry(registry)).rejects.toThrow(/verify --repair|damaged or missing/);
  const { problems } = await verify(registry, { repair: true }, silent);
  expect(problems.map(({ repaired }) => repaired)).toEqual([false, false]);
  expect((await verify(registry, {}, silent)).problems).toEqual([]);
  expect([...readAssets(registry)]).toEqual([]);
  await carry(registry);
});

test("those that came with a bundle are waited for, until it is named", async () => {
  using world = await withPointers();
  const bundle = await carry(world.registry);
  const replica = await islandOf();
  await take(replica, bundle);
  rmSync(archiveFile(replica, world.symbols));
  spoil(replica, world.program);
  const { said, report } = warnings();
  await verify(replica, { repair: true }, report);
  expect(said).toHaveLength(2);
  for (const each of said) expect(each).toContain("--from BUNDLE");
  expect((await verify(replica, {}, silent)).problems).toHaveLength(2);
  await verify(replica, { repair: true, from: bundle.path }, silent);
  expect((await verify(replica, {}, silent)).problems).toEqual([]);
  expect(await storedIn(replica)).toEqual(await storedIn(world.registry));
});

test("bad bytes that were put aside are counted by gc, and removed after a month", async () => {
  using upstream = startSmallUpstream();
  const here = upstream.list("a/x", "1.0.0");
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  spoil(registry, here);
  await verify(registry, { repair: true }, silent);
  const path = join(registry.paths.quarantine, `${here}.zip`);
  const [now, day] = [Date.now(), 86_400_000];
  const soon = await gc(registry, { now: now + 29 * day }, silent);
  expect(soon).toMatchObject({ leftovers: [], quarantined: { files: 1, bytes: 11 } });
  expect(existsSync(path)).toBe(true);
  const later = await gc(registry, { now: now + 31 * day }, silent);
  expect(later).toMatchObject({ leftovers: [{ path, size: 11 }], quarantined: { files: 0 } });
  expect(existsSync(path)).toBe(false);
});
