/** When a source is asked for its symbols. */
import { expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../../src/errors.ts";
import { openSymbols, readSymbolsPointer } from "../../../src/registry/assets/symbols.ts";
import { mirror, type Registry, sync } from "../../../src/registry/mod.ts";
import {
  archiveFile,
  everything,
  islandOf,
  silent,
  startSmallUpstream,
} from "../../support/islands.ts";

/** A registry that mirrored from an upstream which answered so for its symbols. */
async function mirrored(first: () => Response) {
  const upstream = startSmallUpstream();
  upstream.list("a/x", "1.0.0");
  let answer = first;
  upstream.host.override = (path) => (path === "/symbols.zip" ? answer() : undefined);
  const registry = await islandOf({ up: upstream });
  await mirror(registry, everything, silent);
  return {
    registry,
    /** How often symbols were asked for since the last look. */
    asked() {
      const asked = upstream.host.answers.filter((each) => each.endsWith("/symbols.zip")).length;
      upstream.host.answers.length = 0;
      return asked;
    },
    answers: (next: () => Response) => {
      answer = next;
    },
    /** Syncs. @returns how often the symbols were asked for */
    async sync() {
      this.asked();
      await sync(registry, {}, silent);
      return this.asked();
    },
    /** A change of the index. */
    change: () => upstream.list("a/x", "1.1.0"),
    [Symbol.dispose]: () => upstream[Symbol.dispose](),
  };
}

const text = async (registry: Registry) => await (await openSymbols(registry))?.body.text();
const found = (content: string) => () => new Response(content);
const missing = () => new Response("", { status: 404 });

test("symbols that could not be had are asked for again, though the index is unchanged", async () => {
  using world = await mirrored(() => new Response("", { status: 403 }));
  expect(await text(world.registry)).toBeUndefined();
  world.answers(found("symbols"));
  expect(await world.sync()).toBe(1);
  expect(await text(world.registry)).toBe("symbols");
  expect(await world.sync()).toBe(0);
});

test("a source that has none is not asked again before its index changes", async () => {
  using world = await mirrored(missing);
  expect(await world.sync()).toBe(0);
  expect(await text(world.registry)).toBeUndefined();
  world.change();
  world.answers(found("symbols"));
  expect(await world.sync()).toBe(1);
  expect(await text(world.registry)).toBe("symbols");
});

test("symbols that were lost are fetched again by the next sync", async () => {
  using world = await mirrored(found("symbols"));
  const { registry } = world;
  rmSync(archiveFile(registry, readSymbolsPointer(registry)!.sha256!));
  expect(await world.sync()).toBe(1);
  expect(await text(registry)).toBe("symbols");
  writeFileSync(join(registry.paths.root, "symbols.json"), "{");
  expect(await world.sync()).toBe(1);
  expect(await text(registry)).toBe("symbols");
});

test("a dry run leaves them out, and the next mirror asks for them, though the index is unchanged", async () => {
  using world = await mirrored(found("symbols"));
  const { registry } = world;
  world.change();
  world.answers(found("newer symbols"));
  world.asked();
  await mirror(registry, { ...everything, dryRun: true }, silent);
  expect(world.asked()).toBe(0);
  expect(await text(registry)).toBe("symbols");
  await mirror(registry, everything, silent);
  expect(world.asked()).toBe(1);
  expect(await text(registry)).toBe("newer symbols");
  await mirror(registry, everything, silent);
  expect(world.asked()).toBe(0);
});

test("those that a changed index came without are asked for again", async () => {
  using world = await mirrored(found("symbols"));
  world.change();
  world.answers(() => new Response("", { status: 403 }));
  expect(await world.sync()).toBe(1);
  world.answers(found("newer symbols"));
  expect(await world.sync()).toBe(1);
  expect(await text(world.registry)).toBe("newer symbols");
  expect(await world.sync()).toBe(0);
});

test("those that a source has no more stay, and are not asked for again", async () => {
  using world = await mirrored(found("symbols"));
  world.change();
  world.answers(missing);
  expect(await world.sync()).toBe(1);
  expect(await world.sync()).toBe(0);
  expect(await text(world.registry)).toBe("symbols");
});

test("who has enough does not wait for symbols that never end", async () => {
  const stopped = new AbortController();
  /** Begins, and then brings nothing more. */
  const endless = () => {
    const pull = (controller: ReadableStreamDefaultController) => {
      controller.enqueue(Buffer.alloc(300_000));
      stopped.abort(new Failure("interrupted", "enough"));
      return new Promise<void>(() => {});
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  };
  using world = await mirrored(found("symbols"));
  const { registry } = world;
  world.change();
  world.answers(endless);
  const syncing = sync(registry, { signal: stopped.signal }, silent);
  await expect(syncing).rejects.toMatchObject({ code: "interrupted" });
  expect(await text(registry)).toBe("symbols");
});
