/** What `sync` keeps fresh: how it is remembered, and forgotten. */
import { expect, test } from "bun:test";
import { loadConfig } from "../../../src/config/mod.ts";
import { withoutPatterns, withSelection } from "../../../src/registry/mirroring/selection.ts";
import { forget, mirror, type Registry, status } from "../../../src/registry/mod.ts";
import { islandOf, type SmallUpstream, silent, startSmallUpstream } from "../../support/islands.ts";

test("a selection that differs in its date or its number only takes the place of the former", () => {
  const others = [{ patterns: ["b/*"] }, { patterns: ["a/*"], strict: true }];
  const dated = (day: number) => ({ patterns: ["a/*"], source: "up", since: day });
  const before = [others[0]!, dated(1), others[1]!];
  expect(withSelection(before, dated(3))).toEqual([others[0]!, dated(3), others[1]!]);
  const latest = { patterns: ["a/*"], source: "up", latest: 2 };
  expect(withSelection([dated(1)], latest)).toEqual([latest]);
  expect(withSelection(others, dated(1))).toEqual([...others, dated(1)]);
});

test("patterns are forgotten wherever they stand, or of one source only", () => {
  const all = [
    { patterns: ["a/*", "b/*"], source: "up", latest: 2 },
    { patterns: ["a/*"], source: "down" },
    { patterns: ["c/*"] },
  ];
  expect(withoutPatterns(all, ["a/*"], undefined)).toEqual({
    kept: [{ patterns: ["b/*"], source: "up", latest: 2 }, all[2]!],
    forgotten: [{ patterns: ["a/*"], source: "up", latest: 2 }, all[1]!],
  });
  expect(withoutPatterns(all, ["a/*"], "down")).toEqual({
    kept: [all[0]!, all[2]!],
    forgotten: [all[1]!],
  });
  expect(withoutPatterns(all, ["a/x"], undefined)).toEqual({ kept: all, forgotten: [] });
});

const keptBy = async (registry: Registry) => (await status(registry)).kept;

async function mirrored(upstream: SmallUpstream): Promise<Registry> {
  upstream.list("a/x", "1.0.0", { fields: { created_at: "2026-01-01T00:00:00Z" } });
  return await islandOf({ up: upstream });
}

test("mirroring with another date each day leaves one selection", async () => {
  using upstream = startSmallUpstream();
  const registry = await mirrored(upstream);
  for (const day of [3, 1, 2]) {
    await mirror(registry, { patterns: ["a/*"], since: new Date(day) }, silent);
  }
  expect(await keptBy(registry)).toEqual([{ patterns: ["a/*"], since: 2 }]);
});

test("a pattern is forgotten without asking anybody, and what it brought stays", async () => {
  const upstream = startSmallUpstream();
  const registry = await mirrored(upstream);
  await mirror(registry, { patterns: [], full: true }, silent);
  upstream[Symbol.dispose]();
  expect(await forget(registry, { patterns: [], full: true })).toEqual([{ patterns: ["**"] }]);
  expect(await keptBy(registry)).toEqual([]);
  expect((await status(registry)).stored.versions).toBe(1);
  await expect(forget(registry, { patterns: ["**"] })).rejects.toMatchObject({ code: "not-found" });
});

test("a pattern is forgotten where the settings have it too, unless it is of one source", async () => {
  using upstream = startSmallUpstream();
  const registry = await mirrored(upstream);
  const { file } = registry.config;
  await mirror(registry, { patterns: ["a/*"], source: "up", save: true }, silent);
  expect(loadConfig(file).mirror.packages).toEqual(["a/*"]);
  const ofSource = { patterns: ["a/*"], source: "up" };
  expect(await forget(registry, ofSource)).toEqual([ofSource]);
  expect(loadConfig(file).mirror.packages).toEqual(["a/*"]);
  expect(await forget(registry, { patterns: ["a/*"] })).toEqual([{ patterns: ["a/*"] }]);
  expect(loadConfig(file).mirror.packages).toEqual([]);
});

test("to forget nothing is refused", async () => {
  using upstream = startSmallUpstream();
  const registry = await mirrored(upstream);
  await expect(forget(registry, { patterns: [] })).rejects.toMatchObject({ code: "usage" });
});
