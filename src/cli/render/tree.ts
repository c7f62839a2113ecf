/** What a module needs, drawn as a tree. Pure. */
import { type ModuleTree, type TreeModule, unmetText } from "../../registry/mod.ts";
import { yankText } from "./modules.ts";
import { printable } from "./printable.ts";
import { plural } from "./units.ts";

const label = ({ module, version }: { module: string; version: string }) => `${module}@${version}`;

/** Modules of which more than one version was chosen. */
export function duplicates({ modules }: ModuleTree): { module: string; versions: string[] }[] {
  const versions = new Map<string, string[]>();
  for (const { module, version } of modules) {
    versions.set(module, [...(versions.get(module) ?? []), version]);
  }
  return [...versions]
    .filter(([, all]) => all.length > 1)
    .map(([module, all]) => ({ module, versions: all }));
}

/**
 * A module's own part is drawn once: `(above)` stands where it comes again, `(cycle)` where it would
 * come within itself.
 */
export function treeText(tree: ModuleTree): string {
  const byLabel = new Map(tree.modules.map((each) => [label(each), each]));
  const [root] = tree.modules;
  const lines = [`${label(tree)}${root ? yankText(root) : ""}`];
  const drawn = new Set<string>();

  const draw = (node: TreeModule, indent: string, way: readonly string[]): void => {
    node.dependencies.forEach((edge, at) => {
      const isLast = at === node.dependencies.length - 1;
      const branch = `${indent}${isLast ? "└─ " : "├─ "}`;
      const binary = edge.binary ? " (to build)" : "";
      if (edge.version === undefined) {
        lines.push(`${branch}${printable(`${edge.module}@${edge.requires}`)}${binary} (missing)`);
        return;
      }
      const key = label({ module: edge.module, version: edge.version });
      const next = byLabel.get(key);
      const asked = edge.version === edge.requires ? "" : ` (asks for ${printable(edge.requires)})`;
      const isCycle = way.includes(key);
      const isAgain = drawn.has(key) && (next?.dependencies.length ?? 0) > 0;
      const mark = isCycle ? " (cycle)" : isAgain ? " (above)" : "";
      lines.push(`${branch}${key}${asked}${binary}${next ? yankText(next) : ""}${mark}`);
      if (!next || isCycle || isAgain) return;
      drawn.add(key);
      draw(next, `${indent}${isLast ? "   " : "│  "}`, [...way, key]);
    });
  };
  if (root) draw(root, "", [label(root)]);
  const notes = [
    ...duplicates(tree).map(
      ({ module, versions }) => `${module} is there in ${versions.join(" and ")}`,
    ),
    ...tree.unmet.map((each) => printable(unmetText(each))),
  ];
  const total = `${plural(tree.modules.length - 1, "module")} needed`;
  return [...lines, "", tree.modules.length === 1 ? "nothing needed" : total, ...notes].join("\n");
}
