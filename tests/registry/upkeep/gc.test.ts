/** What gc leaves when it is asked to end. */
import { expect, test } from "bun:test";
import { Failure } from "../../../src/errors.ts";
import { gc } from "../../../src/registry/mod.ts";
import { archiveFile, islandOf, silent } from "../../support/islands.ts";

test("a gc that is asked to end removes nothing more, and says why; the next one goes on", async () => {
  const registry = await islandOf();
  const waste = ["one", "two"].map((text) => Bun.SHA256.hash(text, "hex"));
  for (const sha256 of waste) await Bun.write(archiveFile(registry, sha256), "nobody knows me");
  const asked = new Failure("interrupted", "interrupted");
  await expect(gc(registry, { signal: AbortSignal.abort(asked) }, silent)).rejects.toBe(asked);
  const stored = async () => [...(await registry.archives.list())].sort();
  expect(await stored()).toEqual(waste.toSorted());
  const controller = new AbortController();
  const { delete: remove } = registry.archives;
  const archives = {
    ...registry.archives,
    async delete(sha256: string) {
      await remove(sha256);
      controller.abort(asked);
    },
  };
  const { signal } = controller;
  await expect(gc({ ...registry, archives }, { signal }, silent)).rejects.toBe(asked);
  expect(await stored()).toHaveLength(1);
  expect((await gc(registry, {}, silent)).archives).toHaveLength(1);
  expect(await stored()).toEqual([]);
});
