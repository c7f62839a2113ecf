/**
 * A dependency graph as SVG: the module at the left, what it needs in columns to the right, each as
 * far from it as its longest way. Pure layout, no script; every node is a link.
 */
import { type Html, html } from "./html.ts";
import { shortened, withoutControls } from "./layout.ts";
import { modulePage, type Site } from "./site.ts";

export interface GraphNode {
  readonly module: string;
  readonly version: string;
  readonly isHere: boolean;
  /** The ids of other nodes; those that are not drawn are passed over. */
  readonly needs: readonly string[];
}

/** A module may be there in more than one version. */
export function nodeId(module: string, version: string): string {
  return `${module}@${version}`;
}

const idOf = ({ module, version }: GraphNode): string => nodeId(module, version);

const WIDTH = 184;
const HEIGHT = 44;
const GAP_X = 42;
const GAP_Y = 14;
const MAX_LABEL = 23;

interface Placed {
  readonly node: GraphNode;
  readonly x: number;
  readonly y: number;
}

/** @param nodes the root first */
export function dependencyGraph(site: Site, nodes: readonly GraphNode[]): Html {
  const columns = columnsOf(nodes);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = tallest * (HEIGHT + GAP_Y) - GAP_Y;
  const placed = new Map<string, Placed>();
  columns.forEach((column, i) => {
    const top = (height - (column.length * (HEIGHT + GAP_Y) - GAP_Y)) / 2;
    column.forEach((node, j) => {
      placed.set(idOf(node), {
        node,
        x: i * (WIDTH + GAP_X) + 1,
        y: Math.round(top + j * (HEIGHT + GAP_Y)) + 1,
      });
    });
  });
  const width = columns.length * (WIDTH + GAP_X) - GAP_X + 2;
  const all = [...placed.values()];
  return html`<div class="graph" tabindex="0" role="group" aria-label="Dependency graph"><svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 2}" viewBox="0 0 ${width} ${height + 2}">
${all.flatMap((from) => from.node.needs.map((id) => edge(from, placed.get(id))))}
${all.map((each, i) => box(site, each, i === 0))}
</svg></div>`;
}

function box(site: Site, { node, x, y }: Placed, isRoot: boolean): Html {
  const { module, version, isHere } = node;
  const body = html`<title>${withoutControls(module)} ${version}</title><rect x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="6"/><text x="${x + 12}" y="${y + 19}">${shortened(module, MAX_LABEL)}</text><text class="version" x="${x + 12}" y="${y + 35}">${isHere ? version : `${version}, not here`}</text>`;
  const kind = isRoot ? "root" : isHere ? "node" : "missing";
  return isHere
    ? html`<a class="${kind}" href="${modulePage(site, module, version)}">${body}</a>`
    : html`<g class="${kind}">${body}</g>`;
}

function edge(from: Placed, to: Placed | undefined): Html | undefined {
  if (!to) return undefined;
  const [x1, y1] = [from.x + WIDTH, from.y + HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + HEIGHT / 2];
  const bend = (x2 - x1) / 2;
  return html`<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}"/>`;
}

/** Nodes by their distance from the root; a cycle, which no resolver would make, ends where it closes. */
function columnsOf(nodes: readonly GraphNode[]): GraphNode[][] {
  const byId = new Map(nodes.map((node) => [idOf(node), node]));
  const depth = new Map<string, number>();
  const visit = (id: string, at: number, way: ReadonlySet<string>): void => {
    const node = byId.get(id);
    if (!node || way.has(id) || (depth.get(id) ?? -1) >= at) return;
    depth.set(id, at);
    const further = new Set(way).add(id);
    for (const next of node.needs) visit(next, at + 1, further);
  };
  if (nodes[0]) visit(idOf(nodes[0]), 0, new Set());
  const columns: GraphNode[][] = [];
  for (const node of nodes) {
    const at = depth.get(idOf(node));
    if (at === undefined) continue;
    columns[at] ??= [];
    columns[at].push(node);
  }
  // A cycle may leave a column empty.
  return Array.from(columns, (column, i) =>
    i === 0 ? (column ?? []) : [...(column ?? [])].sort((a, b) => (a.module < b.module ? -1 : 1)),
  );
}
