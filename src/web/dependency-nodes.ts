/** All that comes with a version, as the client chooses it, ready to be drawn. */
import { type Discovery, moduleTree } from "../registry/mod.ts";
import { type GraphNode, nodeId } from "./graph.ts";

/** @returns the version itself first, then as many others as are wanted, and how many are left */
export function dependencyNodes(
  discovery: Discovery,
  module: string,
  version: string,
  most: number,
): { nodes: GraphNode[]; left: number } {
  const { modules, unmet } = moduleTree(discovery, module, version);
  const here = modules.map((each): GraphNode => {
    const needs = each.dependencies.map((edge) =>
      nodeId(edge.module, edge.version ?? edge.requires),
    );
    return { module: each.module, version: each.version, isHere: true, needs };
  });
  const missing = new Map(
    unmet.map((each) => [
      nodeId(each.module, each.version),
      { module: each.module, version: each.version, isHere: false, needs: [] },
    ]),
  );
  const all = [...here, ...missing.values()];
  return { nodes: all.slice(0, most), left: Math.max(0, all.length - most) };
}
