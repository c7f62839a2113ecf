import { expect, test } from "bun:test";
import { addAssets, readAssets } from "../../../src/registry/assets/asset-map.ts";
import { islandOf } from "../../support/islands.ts";

test("a program that was collected before it was written down is not written down", async () => {
  const registry = await islandOf();
  const { sha256 } = await registry.archives.put(Buffer.from("here"));
  const gone = Bun.SHA256.hash("collected", "hex");
  await addAssets(registry, new Map([["a/x@1.0.0/x.wasm", gone]]));
  await addAssets(registry, new Map([["a/x@1.0.0/y.wasm", sha256]]));
  expect([...readAssets(registry)]).toEqual([["a/x@1.0.0/y.wasm", sha256]]);
});
