import { expect, test } from "bun:test";
import { type ProjectQuery, wordsQuery } from "../../../src/registry/mod.ts";
import { body, newKnitPkg, person } from "../../support/knitpkg.ts";

const ANN = person("ann");

async function world() {
  const knitpkg = await newKnitPkg();
  const projects: [string, Record<string, unknown>][] = [
    ["math", { description: "Numbers and more", keywords: ["algebra"], license: "MIT" }],
    ["math-extra", { description: "More of math", keywords: ["math"], author: "Bob" }],
    ["charts", { description: "Draws what math gives", keywords: [], type: "indicator" }],
    ["other", { organization: "beta", description: "Unlike all of it", keywords: ["misc"] }],
    ["Upper".toLowerCase(), { target: "mql4", description: "Of the other target" }],
  ];
  for (const [name, changes] of projects) await knitpkg.register(body({ name, ...changes }), ANN);
  return ({ q = "", ...rest }: Partial<ProjectQuery>, target = "mql5") => {
    const query = { ...wordsQuery(q), ...rest };
    const { hits, total } = knitpkg.search(target, query, undefined);
    return [total, ...hits.map(({ project }) => project.name)];
  };
}

test("words find names first, then keywords, then descriptions; all of them must be there", async () => {
  const search = await world();
  expect(search({ q: "math" })).toEqual([3, "math", "math-extra", "charts"]);
  expect(search({ q: "MATH more" })).toEqual([2, "math", "math-extra"]);
  expect(search({ q: "algebra" })).toEqual([1, "math"]);
  expect(search({ q: "@beta/other" })).toEqual([1, "other"]);
  expect(search({ q: "math nothing" })).toEqual([0]);
  expect(search({}, "mql4")).toEqual([1, "upper"]);
});

test("fields narrow it down", async () => {
  const search = await world();
  expect(search({ org: "beta" })).toEqual([1, "other"]);
  expect(search({ type: "indicator" })).toEqual([1, "charts"]);
  expect(search({ author: "bob" })).toEqual([1, "math-extra"]);
  expect(search({ q: "math", license: "mit", author: "bob" })).toEqual([1, "math-extra"]);
});

test("pages do not overlap, and the total is of all of them", async () => {
  const search = await world();
  expect(search({ pageSize: 2 })).toEqual([4, "charts", "math"]);
  expect(search({ pageSize: 2, page: 2 })).toEqual([4, "math-extra", "other"]);
  expect(search({ pageSize: 2, page: 3 })).toEqual([4]);
});

test("any field sorts, both ways", async () => {
  const search = await world();
  expect(search({ sortBy: "name", descending: true })).toEqual([
    4,
    "other",
    "math-extra",
    "math",
    "charts",
  ]);
  expect(search({ sortBy: "type" })).toEqual([4, "charts", "math", "math-extra", "other"]);
  expect(search({ q: "math", sortBy: "name", descending: true })).toEqual([
    3,
    "math-extra",
    "math",
    "charts",
  ]);
  expect(search({ sortBy: "published_at" })).toEqual([4, "math", "math-extra", "charts", "other"]);
});
