/** `/o/OWNER`: all modules of an owner. */
import { plural } from "../../units.ts";
import { type Html, html } from "../html.ts";
import { layout, outside } from "../layout.ts";
import { type Site, searchPage } from "../site.ts";
import { type ModuleItem, moduleList } from "./module-list.ts";

export interface OwnerView {
  readonly owner: string;
  readonly modules: readonly ModuleItem[];
}

/** Search has pages for more. */
const MAX_ROWS = 300;

export function ownerPageOf(site: Site, { owner, modules }: OwnerView, now: number): Html {
  const body = html`<h1>${outside(owner)}</h1>
<p class="quiet">${plural(modules.length, "module")}</p>
${moduleList(site, modules.slice(0, MAX_ROWS), { now })}
${modules.length > MAX_ROWS && html`<p><a href="${searchPage(site, { owner })}">All of them</a></p>`}`;
  return layout(site, { title: owner, body });
}
