/** What a version needs, drawn and listed, and who needs its module. */
import { plural } from "../../units.ts";
import { dependencyGraph, type GraphNode } from "../graph.ts";
import { type Html, html } from "../html.ts";
import { outside } from "../layout.ts";
import { modulePage, type Site } from "../site.ts";
import { requirement } from "./module.ts";
import { moduleFrame, type VersionHead } from "./module-frame.ts";

export interface DependenciesView extends VersionHead {
  readonly requires: readonly { module: string; version: string; isHere: boolean }[];
  /** The version and all that it needs, each at the version that is chosen; the root first. */
  readonly graph: readonly GraphNode[];
  /** How many more there are than the graph has. */
  readonly left: number;
  readonly dependentRows: readonly { module: string; version: string; requires: string }[];
}

/** More are counted and not listed. */
const MAX_ROWS = 200;

export function dependenciesPage(site: Site, view: DependenciesView): Html {
  const { requires, graph, left, dependentRows } = view;
  return moduleFrame(
    site,
    view,
    "dependencies",
    html`<h2 class="first">Needs</h2>
${
  requires.length === 0
    ? html`<p class="quiet">Nothing but the standard library.</p>`
    : html`<ul class="modules">${requires.map((each) => html`<li>${requirement(site, each)}</li>`)}</ul>`
}
${graph.length > 2 && html`<h2>All that comes with it</h2>${dependencyGraph(site, graph)}`}
${left > 0 && html`<p class="quiet">${plural(left, "more module")} not drawn.</p>`}
<h2 id="dependents">Used by</h2>
${
  dependentRows.length === 0
    ? html`<p class="quiet">No module here needs it.</p>`
    : html`<table class="stack"><thead><tr><th scope="col">Module</th><th scope="col">Asks for</th></tr></thead><tbody>${dependentRows
        .slice(0, MAX_ROWS)
        .map(
          (each) =>
            html`<tr><td><a href="${modulePage(site, each.module)}">${outside(each.module)}</a> <span class="quiet">${each.version}</span></td><td>${outside(each.requires)} or newer</td></tr>`,
        )}</tbody></table>`
}
${dependentRows.length > MAX_ROWS && html`<p class="quiet">And ${plural(dependentRows.length - MAX_ROWS, "more module")}.</p>`}`,
  );
}
