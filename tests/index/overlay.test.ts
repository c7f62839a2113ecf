import { expect, test } from "bun:test";
import { type Origin, overlay, shadowed } from "../../src/index/overlay.ts";
import { forAll, type Random } from "../support/random.ts";

interface MapOrigin extends Origin<string> {
  readonly modules: ReadonlyMap<string, string>;
}

const origin = (name: string, modules: Record<string, string>): MapOrigin => ({
  name,
  modules: new Map(Object.entries(modules)),
});

/** Every module with its owner. */
const owned = (origins: readonly MapOrigin[]) => {
  const { get, keys } = overlay(origins);
  return new Map([...keys()].map((module) => [module, get(module)!]));
};

test("a module belongs to the first origin that has it", () => {
  const origins = [
    origin("team", { "a/x": "1" }),
    origin("public", { "a/x": "2", "b/y": "3" }),
    origin("other", { "a/x": "4", "b/y": "5" }),
  ];
  expect([...owned(origins)]).toEqual([
    ["a/x", { origin: "team", blob: "1" }],
    ["b/y", { origin: "public", blob: "3" }],
  ]);
  expect(shadowed(origins)).toEqual([
    { module: "a/x", owner: "team", losers: ["public", "other"] },
    { module: "b/y", owner: "public", losers: ["other"] },
  ]);
});

function randomOrigins(random: Random): MapOrigin[] {
  return Array.from({ length: 1 + random.int(5) }, (_, at) => {
    const names = Array.from({ length: random.int(8) }, () => `o/m${random.int(10)}`);
    const modules = names.map((name) => [name, `${name} of source${at}`] as const);
    return { name: `source${at}`, modules: new Map(modules) };
  });
}

test("whatever lower origins offer, what a higher one owns stays as it is", () => {
  forAll(200, (random) => {
    const origins = randomOrigins(random);
    const all = owned(origins);
    for (let kept = 1; kept <= origins.length; kept++) {
      for (const [module, owner] of owned(origins.slice(0, kept))) {
        expect(all.get(module)).toEqual(owner);
      }
    }
  });
});

test("every module that anyone offers has one owner, and everyone else is named a loser", () => {
  forAll(200, (random) => {
    const origins = randomOrigins(random);
    const modules = owned(origins);
    const lost = shadowed(origins);
    for (const module of new Set(origins.flatMap((each) => [...each.modules.keys()]))) {
      const offering = origins.filter((each) => each.modules.has(module)).map(({ name }) => name);
      expect(modules.get(module)?.origin).toBe(offering[0]!);
      const losers = lost.find((each) => each.module === module)?.losers ?? [];
      expect(losers).toEqual(offering.slice(1));
    }
  });
});
