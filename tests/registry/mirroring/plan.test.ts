import { expect, test } from "bun:test";
import { type Catalog, type CatalogModule, parseModuleFile } from "../../../src/index/mod.ts";
import { planMirror, type Selection } from "../../../src/registry/mirroring/plan.ts";
import { createRandom, forAll } from "../../support/random.ts";

type Versions = Record<
  string,
  { deps?: Record<string, string>; created_at?: string; yanked?: boolean }
>;

function catalog(modules: Record<string, Versions>, origin = "up"): Map<string, CatalogModule> {
  const { bytes } = createRandom(1);
  return new Map(
    Object.entries(modules).map(([name, versions]) => {
      const lines = Object.entries(versions).map(([version, rest]) =>
        JSON.stringify({ name, version, checksum: bytes(32).toString("hex"), ...rest }),
      );
      const file = parseModuleFile(name, Buffer.from(lines.join("\n")));
      return [name, { origin, blob: "0".repeat(40), edited: false, ...file }];
    }),
  );
}

function planned(of: ReadonlyMap<string, CatalogModule>, selection: Selection): string[] {
  const { entries } = planMirror(of, [selection]);
  return entries.map(({ module, version }) => `${module}@${version}`).sort();
}

const SAMPLE = catalog({
  "a/app": {
    "1.0.0": { deps: { "b/lib": "0.1.0" } },
    "1.1.0": { deps: { "b/lib": "0.3.0", "gone/away": "1.0.0" } },
  },
  "a/other/deep": { "0.1.0": {} },
  "b/lib": {
    "0.1.0": { deps: { "c/base": "0.1.0" } },
    "0.2.0": {},
    "0.3.0": { deps: { "c/base": "0.2.0" } },
    "0.4.0": {},
  },
  "c/base": { "0.1.0": {}, "0.2.0": { deps: { "b/lib": "0.1.0" } } },
});

test("all versions of what matches, and each minimum that they name, to the end", () => {
  expect(planned(SAMPLE, { patterns: ["a/app"] })).toEqual([
    "a/app@1.0.0",
    "a/app@1.1.0",
    "b/lib@0.1.0",
    "b/lib@0.3.0",
    "c/base@0.1.0",
    "c/base@0.2.0",
  ]);
});

test("strict leaves dependencies out", () => {
  const patterns = ["a/app"];
  expect(planned(SAMPLE, { patterns, strict: true })).toEqual(["a/app@1.0.0", "a/app@1.1.0"]);
});

test("a star stays within one part of a name, two go deeper", () => {
  expect(planned(SAMPLE, { patterns: ["a/*"], strict: true })).not.toContain("a/other/deep@0.1.0");
  expect(planned(SAMPLE, { patterns: ["a/**"], strict: true })).toContain("a/other/deep@0.1.0");
});

test("everything is everything", () => {
  expect(planned(SAMPLE, { patterns: ["**"] })).toHaveLength(9);
});

test("the latest so many are by precedence, not by place: releases first, and yanked versions last", () => {
  const shuffled = catalog({
    "a/b": {
      "1.10.0": {},
      "1.9.0": {},
      "2.0.0-rc.1": {},
      "1.11.0": { yanked: true },
      "0.1.0": {},
      "2.0.0-rc.2": {},
    },
  });
  const latest = (count: number) => {
    const all = planned(shuffled, { patterns: ["a/b"], latest: count });
    const before = count === 1 ? [] : planned(shuffled, { patterns: ["a/b"], latest: count - 1 });
    return all.filter((each) => !before.includes(each));
  };
  expect([1, 2, 3, 4, 5, 6].flatMap(latest)).toEqual([
    "a/b@1.10.0",
    "a/b@1.9.0",
    "a/b@0.1.0",
    "a/b@2.0.0-rc.2",
    "a/b@2.0.0-rc.1",
    "a/b@1.11.0",
  ]);
});

test("versions from before a date, or of an unknown one, are left out", () => {
  const dated = catalog({
    "a/b": {
      "0.1.0": {},
      "0.2.0": { created_at: "2024-01-01T00:00:00Z" },
      "0.3.0": { created_at: "2025-01-01T00:00:00Z" },
    },
  });
  const since = Date.parse("2024-06-01");
  expect(planned(dated, { patterns: ["**"], since })).toEqual(["a/b@0.3.0"]);
});

test("a source's patterns reach no other source's modules, but its dependencies may", () => {
  const both = new Map([
    ...catalog({ "a/x": { "1.0.0": { deps: { "b/y": "1.0.0" } } } }, "one"),
    ...catalog({ "a/z": { "1.0.0": {} }, "b/y": { "1.0.0": {}, "2.0.0": {} } }, "two"),
  ]);
  expect(planned(both, { patterns: ["**"], source: "one" })).toEqual(["a/x@1.0.0", "b/y@1.0.0"]);
});

test("a range in place of a minimum takes the best match", () => {
  const ranged = catalog({
    "a/x": { "1.0.0": { deps: { "b/y": "^0.0.4", "b/z": "*" } } },
    "b/y": { "0.0.4": {}, "0.0.5": {} },
    "b/z": { "1.0.0": {}, "1.1.0": {} },
  });
  expect(planned(ranged, { patterns: ["a/x"] })).toEqual(["a/x@1.0.0", "b/y@0.0.4", "b/z@1.1.0"]);
});

test("a minimum that was never published is the next version that clients may take", () => {
  const gap = catalog({
    "a/x": { "1.0.0": { deps: { "b/y": "0.4.39", "b/z": "2.1.0", "b/w": "9.0.0" } } },
    "b/y": { "0.4.41": {}, "0.4.38": {}, "0.4.40": {} },
    "b/z": { "2.0.0": {}, "2.2.0": {}, "3.0.0": {} },
    "b/w": { "8.0.0": {}, "10.0.0": {} },
  });
  expect(planned(gap, { patterns: ["a/x"] })).toEqual(["a/x@1.0.0", "b/y@0.4.40", "b/z@2.2.0"]);
  expect(planMirror(gap, [{ patterns: ["a/x"] }]).unmet).toEqual([
    { module: "b/w", version: "9.0.0", neededBy: "a/x@1.0.0" },
  ]);
});

test("what matches nothing and what nobody has is named", () => {
  const plan = planMirror(SAMPLE, [{ patterns: ["a/app", "no/*"] }]);
  expect(plan.unmatched).toEqual(["no/*"]);
  expect(plan.unmet).toEqual([{ module: "gone/away", version: "1.0.0", neededBy: "a/app@1.1.0" }]);
});

test("whatever the graph, cycles too, a plan holds each version once and lacks nothing it needs", () => {
  forAll(60, (random) => {
    const names = Array.from({ length: 2 + random.int(8) }, (_, at) => `o/m${at}`);
    const versions = () =>
      Object.fromEntries(
        Array.from({ length: 1 + random.int(4) }, (_, at) => [
          `0.${at}.0`,
          { deps: { [random.pick(names)]: `0.${random.int(4)}.0` } },
        ]),
      );
    const of = catalog(Object.fromEntries(names.map((name) => [name, versions()])));
    const { entries, unmet } = planMirror(of, [{ patterns: [random.pick(names)] }]);
    const keys = entries.map(({ module, version }) => `${module}@${version}`);
    expect(new Set(keys).size).toBe(keys.length);
    const known = new Set([...keys, ...unmet.map(({ module, version }) => `${module}@${version}`)]);
    for (const { dependencies } of entries) {
      for (const { module, version } of dependencies)
        expect(known).toContain(`${module}@${version}`);
    }
  });
});

test("a plan reads no more than the owners whose modules its patterns can match, and each module once", () => {
  const all = catalog({
    "a/x": { "1.0.0": { deps: { "b/y": "1.0.0" } }, "2.0.0": { deps: { "b/y": "1.0.0" } } },
    "b/y": { "1.0.0": {} },
    "c/z": { "1.0.0": {} },
  });
  const asked = (patterns: readonly string[]) => {
    const owners: string[] = [];
    const read: string[] = [];
    const watched: Catalog = {
      get(module) {
        read.push(module);
        return all.get(module);
      },
      *keys(mayOwn = () => true) {
        for (const module of all.keys()) {
          const owner = module.slice(0, 1);
          if (!mayOwn(owner)) continue;
          owners.push(owner);
          yield module;
        }
      },
    };
    planMirror(watched, [{ patterns }]);
    return { owners, read };
  };
  expect(asked(["a/x"])).toEqual({ owners: ["a"], read: ["a/x", "b/y"] });
  expect(asked(["a/*", "c/z"]).owners).toEqual(["a", "c"]);
  for (const pattern of ["**", "{a,c}/*", "!(b)/*", "./a/x", "[ab]/*"]) {
    expect(asked([pattern]).owners).toEqual(["a", "b", "c"]);
  }
});
