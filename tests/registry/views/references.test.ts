import { expect, test } from "bun:test";
import { readRef } from "../../../src/git/mod.ts";
import { archivesOf } from "../../../src/registry/views/references.ts";
import { sourceRef } from "../../../src/sources/mod.ts";
import { fetched, newRegistry, SOURCE } from "../../support/published.ts";

test("others have their turn while an index is looked through", async () => {
  const registry = await newRegistry(SOURCE);
  const names = Array.from({ length: 20 }, (_, at) => `a/m${at}`);
  await fetched(
    registry,
    "up",
    Object.fromEntries(names.map((name) => [name, ["1.0.0"]])),
    (name) => Bun.SHA256.hash(name, "hex"),
  );
  const { objects, paths } = registry;
  const read: typeof objects.read = (oid) => {
    for (const until = performance.now() + 3; performance.now() < until; );
    return objects.read(oid);
  };
  let turns = 0;
  const turn = setInterval(() => turns++, 0);
  const tip = readRef(paths.index, sourceRef("up"))!;
  const found = await archivesOf({ objects: { ...objects, read } }, [tip]);
  clearInterval(turn);
  expect(new Set([...found.values()].map(({ module }) => module))).toEqual(new Set(names));
  expect(turns).toBeGreaterThan(0);
});
