/** Every version of a module: when, and whether it still stands. */
import { bytesText, plural } from "../../units.ts";
import { day } from "../format.ts";
import { type Html, html } from "../html.ts";
import { outside } from "../layout.ts";
import { modulePage, type Site } from "../site.ts";
import { moduleFrame, type VersionHead } from "./module-frame.ts";

export interface VersionRow {
  readonly version: string;
  readonly createdAt: number | undefined;
  readonly yanked: string | undefined;
  /** Bytes; undefined: not stored. */
  readonly size: number | undefined;
}

export interface VersionsView extends VersionHead {
  /** Newest first. */
  readonly rows: readonly VersionRow[];
}

const MAX_ROWS = 1_000;

export function versionsPage(site: Site, view: VersionsView): Html {
  const row = ({ version, createdAt, yanked, size }: VersionRow) => html`<tr>
<td><a href="${modulePage(site, view.module, version)}">${version}</a>${version === view.latest && html` <span class="tag">latest</span>`}</td>
<td>${day(createdAt)}</td>
<td>${yanked === undefined ? "" : html`<span class="tag bad">yanked</span> ${outside(yanked)}`}</td>
<td class="number">${size === undefined ? html`<span class="quiet">not stored</span>` : bytesText(size)}</td>
</tr>`;
  return moduleFrame(
    site,
    view,
    "versions",
    html`<table class="stack"><thead><tr><th scope="col">Version</th><th scope="col">Published</th><th scope="col">State</th><th scope="col" class="number">Archive</th></tr></thead>
<tbody>${view.rows.slice(0, MAX_ROWS).map(row)}</tbody></table>
${view.rows.length > MAX_ROWS && html`<p class="quiet">And ${plural(view.rows.length - MAX_ROWS, "older version")}.</p>`}`,
  );
}
