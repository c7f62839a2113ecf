/** What stands beside the index when a bundle comes: symbols and prebuilt programs. */
import { expect, test } from "bun:test";
import { addAssets, readAssets } from "../../../src/registry/assets/asset-map.ts";
import { openSymbols } from "../../../src/registry/assets/symbols.ts";
import { gc, mirror, type Registry, sync } from "../../../src/registry/mod.ts";
import {
  carry,
  everything,
  islandOf,
  type SmallUpstream,
  silent,
  startSmallUpstream,
  storedIn,
  take,
} from "../../support/islands.ts";

const bytes = (text: string) => Buffer.from(text);

/** An upstream with symbols of its own. */
function upstreamWith(symbols: string): SmallUpstream {
  const upstream = startSmallUpstream();
  upstream.host.override = (path) => (path === "/symbols.zip" ? new Response(symbols) : undefined);
  return upstream;
}

/** Stores a program. @returns its hash */
async function addProgram(registry: Registry, path: string, content: string): Promise<string> {
  const { sha256 } = await registry.archives.put(bytes(content));
  await addAssets(registry, new Map([[path, sha256]]));
  return sha256;
}

async function symbolsOf(registry: Registry): Promise<string | undefined> {
  return await (await openSymbols(registry))?.body.text();
}

test("programs that a bundle brings stand beside those of the registry, and gc takes neither", async () => {
  using ours = startSmallUpstream();
  using theirs = startSmallUpstream();
  ours.list("a/x", "1.0.0");
  theirs.list("b/y", "1.0.0");
  const registry = await islandOf({ ours });
  const origin = await islandOf({ theirs });
  for (const each of [registry, origin]) await mirror(each, everything, silent);
  const own = await addProgram(registry, "a/x@1.0.0/x.wasm", "our x");
  const same = await addProgram(registry, "b/y@1.0.0/y.wasm", "our y");
  await addProgram(origin, "b/y@1.0.0/y.wasm", "their y");
  const other = await addProgram(origin, "b/y@1.0.0/z.wasm", "their z");

  await take(registry, await carry(origin));
  const programs = {
    "a/x@1.0.0/x.wasm": own,
    "b/y@1.0.0/y.wasm": same,
    "b/y@1.0.0/z.wasm": other,
  };
  expect(Object.fromEntries(readAssets(registry))).toEqual(programs);
  await gc(registry, {}, silent);
  expect(await storedIn(registry)).toEqual(expect.arrayContaining(Object.values(programs)));
});

test("a source that is asked here keeps its symbols; a replica has its origin's, also newer ones", async () => {
  using ours = upstreamWith("our symbols");
  using theirs = upstreamWith("their symbols");
  ours.list("a/x", "1.0.0");
  theirs.list("b/y", "1.0.0");
  const registry = await islandOf({ ours });
  const origin = await islandOf({ theirs });
  for (const each of [registry, origin]) await mirror(each, everything, silent);
  const replica = await islandOf();
  const first = await carry(origin);
  for (const each of [registry, replica]) await take(each, first);
  expect([await symbolsOf(registry), await symbolsOf(replica)]).toEqual([
    "our symbols",
    "their symbols",
  ]);

  theirs.list("b/y", "1.1.0");
  theirs.host.override = (path) => (path === "/symbols.zip" ? new Response("newer") : undefined);
  await sync(origin, {}, silent);
  const second = await carry(origin, first.path);
  for (const each of [registry, replica]) await take(each, second);
  expect([await symbolsOf(registry), await symbolsOf(replica)]).toEqual(["our symbols", "newer"]);
  await gc(registry, {}, silent);
  expect(await symbolsOf(registry)).toBe("our symbols");
});
