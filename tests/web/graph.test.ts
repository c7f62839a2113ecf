import { describe, expect, test } from "bun:test";
import { dependencyGraph, type GraphNode } from "../../src/web/graph.ts";

const site = { name: "team", url: "http://127.0.0.1" };

const node = (name: string, ...needs: string[]): GraphNode => ({
  module: `a/${name}`,
  version: "1.0.0",
  isHere: true,
  needs: needs.map((each) => `a/${each}@1.0.0`),
});

/** The column of each box, by its module. */
function columns(nodes: readonly GraphNode[]): Record<string, number> {
  const text = dependencyGraph(site, nodes).text;
  const boxes = [...text.matchAll(/<title>a\/(\w+) [^<]*<\/title><rect x="(\d+)"/g)];
  const left = [...new Set(boxes.map((box) => Number(box[2])))].sort((a, b) => a - b);
  return Object.fromEntries(boxes.map((box) => [box[1]!, left.indexOf(Number(box[2]))]));
}

describe("a dependency graph", () => {
  test("puts each module right of all that need it", () => {
    const nodes = [node("root", "x", "y"), node("x", "y"), node("y", "z"), node("z")];
    expect(columns(nodes)).toEqual({ root: 0, x: 1, y: 2, z: 3 });
  });

  test("ends with a cycle too", () => {
    expect(columns([node("root", "x"), node("x", "y"), node("y", "x", "root")])).toMatchObject({
      root: 0,
      x: 1,
    });
  });

  test("is drawn in no time when everything needs everything", () => {
    const names = Array.from({ length: 40 }, (_, i) => `m${i}`);
    const nodes = names.map((name, i) => node(name, ...names.slice(i + 1)));
    const before = process.cpuUsage();
    expect(columns(nodes).m39).toBe(39);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1_000);
  });

  test("links what is here, and escapes every name", () => {
    const evil = { module: 'a/"><script>', version: "1.0.0", isHere: false, needs: [] };
    const text = dependencyGraph(site, [node("root"), { ...node("root2"), needs: [] }, evil]).text;
    expect(text).toContain('href="/m/a/root@1.0.0"');
    expect(text).not.toContain("<script>");
  });
});
