/** `/`: search, how to connect, what is new and what is used. */
import { countText, plural } from "../../units.ts";
import { type Html, html } from "../html.ts";
import { copyLine, layout, searchForm } from "../layout.ts";
import { at, projectsPage, type Site } from "../site.ts";
import { type ModuleItem, moduleList } from "./module-list.ts";

export interface HomeView {
  readonly modules: number;
  readonly versions: number;
  readonly owners: number;
  readonly recent: readonly ModuleItem[];
  readonly popular: readonly ModuleItem[];
  /** KnitPkg's, by target. */
  readonly projects: readonly { readonly target: string; readonly total: number }[];
}

export function homePage(site: Site, view: HomeView, now: number): Html {
  const { modules, versions, owners } = view;
  const body = html`<div class="hero">
<h1>${site.name}</h1>
${modules > 0 && html`<p class="lead">${countText(modules)} MoonBit modules in ${countText(versions)} versions by ${countText(owners)} owners.</p>`}
${searchForm(site, "", "large")}
</div>
${modules === 0 && emptyRegistry()}
${connectBox(site)}
${
  modules > 0 &&
  html`<div class="columns">
<section aria-labelledby="recent"><h2 id="recent">Recently updated</h2>${moduleList(site, view.recent, { now, oneLine: true })}</section>
<section aria-labelledby="popular"><h2 id="popular">Most used</h2>${moduleList(site, view.popular, { now, oneLine: true, dependents: true })}</section>
</div>
<p><a href="${at(site, "/search")}">All modules</a></p>`
}
${
  view.projects.length > 0 &&
  html`<section aria-labelledby="projects"><h2 id="projects">KnitPkg projects</h2>
<p>${view.projects.map(({ target, total }) => html`<a href="${projectsPage(site, target)}">${target}</a> <span class="quiet small">${plural(total, "project")}</span> `)}</p></section>`
}`;
  const description = `MoonBit modules served by ${site.name}`;
  return layout(site, { title: undefined, description, body, hasOwnSearch: true });
}

function emptyRegistry(): Html {
  return html`<div class="empty"><strong>Nothing is here yet.</strong>
Bring modules with <code>moonbit-registry mirror OWNER/NAME</code>, or publish one with <code>moonbit-registry publish</code>.</div>`;
}

/** The lines that make a client use this registry, as the visitor reached it. */
function connectBox(site: Site): Html {
  const lines: readonly [string, string][] = [
    ["Shell", `export MOONCAKES_REGISTRY=${site.url}`],
    ["PowerShell", `$env:MOONCAKES_REGISTRY = "${site.url}"`],
    ["CI (YAML)", `env: { MOONCAKES_REGISTRY: "${site.url}" }`],
  ];
  return html`<section class="connect" aria-labelledby="connect"><h2 id="connect">Connect</h2>
<dl>${lines.map(([where, line]) => html`<dt>${where}</dt><dd>${copyLine(line, `the line for ${where}`)}</dd>`)}
<dt>Then</dt><dd>${copyLine("moon update", "the command")}</dd></dl></section>`;
}
