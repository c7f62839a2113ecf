/** Programs that a server is asked for: what it asks its source, and how much at once. */
import { expect, test } from "bun:test";
import { zipSync } from "fflate";
import type { Registry } from "../../../src/registry/mod.ts";
import { createAssets } from "../../../src/registry/serving/asset-pull.ts";
import { newRegistry } from "../../support/published.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A registry over a source that has no program, and whoever asks it for some. */
async function askedOf(archive: Uint8Array, isStored: boolean) {
  const asked: string[] = [];
  let answers = Promise.resolve();
  let [running, most] = [0, 0];
  const upstream = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch({ url }) {
      asked.push(new URL(url).pathname);
      most = Math.max(most, ++running);
      await answers;
      running--;
      return new Response("no", { status: 404 });
    },
  });
  const url = `http://127.0.0.1:${upstream.port}`;
  const registry: Registry = await newRegistry(`[[sources]]\nname = "up"\nurl = "${url}"\n`);
  const checksum = Bun.SHA256.hash(archive, "hex");
  if (isStored) await registry.archives.put(archive);
  const fields = { name: "a/x", version: "1.0.0", source: "src", checksum };
  const [module, version] = ["a/x", "1.0.0"];
  const entry = {
    ...{ module, version, checksum, createdAt: undefined, dependencies: [], yanked: undefined },
  };
  const line = { entry, bytes: Buffer.from(JSON.stringify(fields)) };
  const find = createAssets({
    registry,
    owner: () => ({ origin: "up", provider: () => registry.config.sources[0], blob: "" }),
    isOffline: () => false,
    find: () => line,
    warn: () => {},
  });
  return {
    find,
    asked,
    most: () => most,
    /** Lets the source answer nothing before the function that this gives is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      answers = promise;
      return resolve;
    },
    [Symbol.asyncDispose]: () => upstream.stop(true),
  };
}

const TOOLBOX = zipSync({
  "moon.mod.json": bytes('{"name": "a/x", "version": "1.0.0", "source": "src"}'),
  "src/cmd/tool/moon.pkg.json": bytes('{ "is-main": true }'),
  "src/lib/moon.pkg.json": bytes("{}"),
});

test("of a version that is stored, only what is a program in it is asked for", async () => {
  await using world = await askedOf(TOOLBOX, true);
  for (const name of ["lib/lib", "x", "made/up/up"]) {
    expect(await world.find(`a/x@1.0.0/${name}.wasm`)).toBeUndefined();
  }
  expect(world.asked).toEqual([]);
  expect(await world.find("a/x@1.0.0/cmd/tool/tool.wasm")).toBeUndefined();
  expect(world.asked.length).toBeGreaterThan(0);
});

test("whatever paths are asked for, a source has few requests at once, and too many are refused", async () => {
  await using world = await askedOf(TOOLBOX, false);
  const release = world.hold();
  const tried = Array.from({ length: 300 }, (_, at) =>
    world.find(`a/x@1.0.0/p${at}/p${at}.wasm`).then(
      () => "none",
      (error) => error.code as string,
    ),
  );
  const first = await Promise.race(tried);
  release();
  const ended = await Promise.all(tried);
  expect(first).toBe("busy");
  expect(new Set(ended)).toEqual(new Set(["none", "busy"]));
  expect(world.most()).toBeLessThanOrEqual(8);
  // There is room again.
  expect(await world.find("a/x@1.0.0/more/more.wasm")).toBeUndefined();
});

test("a path as long as a book is nobody's program", async () => {
  await using world = await askedOf(TOOLBOX, false);
  const folder = `${"deep/".repeat(500)}x`;
  expect(await world.find(`a/x@1.0.0/${folder}/x.wasm`)).toBeUndefined();
  expect(world.asked).toEqual([]);
});
