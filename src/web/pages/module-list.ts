/** Modules, one below the other, as lists and results show them. */
import { plural } from "../../units.ts";
import { ago } from "../format.ts";
import { type Html, html } from "../html.ts";
import { outside } from "../layout.ts";
import { modulePage, type Site } from "../site.ts";

export interface ModuleItem {
  readonly module: string;
  readonly version: string;
  readonly description: string | undefined;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number | undefined;
  readonly dependents: number;
  /** Every version was. */
  readonly yanked?: boolean;
}

export interface ListOptions {
  readonly now: number;
  /** Cuts descriptions to one line. */
  readonly oneLine?: boolean;
  /** Says how many need it rather than when it changed. */
  readonly dependents?: boolean;
}

export function moduleList(
  site: Site,
  items: readonly ModuleItem[],
  { now, oneLine, dependents }: ListOptions,
): Html {
  const note = (item: ModuleItem) =>
    dependents
      ? plural(item.dependents, "dependent")
      : item.updatedAt !== undefined && ago(item.updatedAt, now);
  return html`<ul class="modules${oneLine && " one-line"}">${items.map(
    (item) => html`<li>
<div class="row"><span><a href="${modulePage(site, item.module)}">${outside(item.module)}</a> <span class="quiet small">${item.version}</span>${item.yanked && html` <span class="tag bad">yanked</span>`}</span><span class="quiet small">${note(item)}</span></div>
${item.description !== undefined && html`<p>${outside(item.description)}</p>`}
</li>`,
  )}</ul>`;
}
