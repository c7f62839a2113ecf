import { expect, test } from "bun:test";
import { type Origin, overlay } from "../../src/index/overlay.ts";
import { forAll, type Random } from "../support/random.ts";

const origin = (name: string, modules: Record<string, string>): Origin<string> => ({
  name,
  modules: new Map(Object.entries(modules)),
});

test("a module belongs to the first origin that has it", () => {
  const { modules, shadowed } = overlay([
    origin("team", { "a/x": "1" }),
    origin("public", { "a/x": "2", "b/y": "3" }),
    origin("other", { "a/x": "4", "b/y": "5" }),
  ]);
  expect([...modules]).toEqual([
    ["a/x", { origin: "team", blob: "1" }],
    ["b/y", { origin: "public", blob: "3" }],
  ]);
  expect(shadowed).toEqual([
    { module: "a/x", owner: "team", losers: ["public", "other"] },
    { module: "b/y", owner: "public", losers: ["other"] },
  ]);
});

function randomOrigins(random: Random): Origin<string>[] {
  return Array.from({ length: 1 + random.int(5) }, (_, at) => {
    const names = Array.from({ length: random.int(8) }, () => `o/m${random.int(10)}`);
    const modules = names.map((name) => [name, `${name} of source${at}`] as const);
    return { name: `source${at}`, modules: new Map(modules) };
  });
}

test("whatever lower origins offer, what a higher one owns stays as it is", () => {
  forAll(200, (random) => {
    const origins = randomOrigins(random);
    const all = overlay(origins).modules;
    for (let kept = 1; kept <= origins.length; kept++) {
      for (const [module, owned] of overlay(origins.slice(0, kept)).modules) {
        expect(all.get(module)).toEqual(owned);
      }
    }
  });
});

test("every module that anyone offers has one owner, and everyone else is named a loser", () => {
  forAll(200, (random) => {
    const origins = randomOrigins(random);
    const { modules, shadowed } = overlay(origins);
    for (const module of new Set(origins.flatMap((each) => [...each.modules.keys()]))) {
      const offering = origins.filter((each) => each.modules.has(module)).map(({ name }) => name);
      expect(modules.get(module)?.origin).toBe(offering[0]!);
      const losers = shadowed.find((each) => each.module === module)?.losers ?? [];
      expect(losers).toEqual(offering.slice(1));
    }
  });
});
