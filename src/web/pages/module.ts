/** `/m/OWNER/NAME[@VERSION]`: the README, and the facts beside it. */

import { bytesText, countText, plural } from "../../units.ts";
import { day } from "../format.ts";
import { type Content, type Html, html } from "../html.ts";
import { copyLine, outside } from "../layout.ts";
import { modulePage, type Site, searchPage, versionPage } from "../site.ts";
import { fact, outwards } from "./facts.ts";
import { moduleFrame, type VersionHead } from "./module-frame.ts";

export interface ModuleView extends VersionHead {
  /** Undefined: it has none, or its archive is not here. */
  readonly readme: Html | undefined;
  /** What to say where there is no README. */
  readonly readmeMissing: string;
  /** Where the archive is fetched; undefined: it is here, or cannot be had. */
  readonly fetchUrl: string | undefined;
  readonly createdAt: number | undefined;
  readonly license: string | undefined;
  readonly repository: string | undefined;
  readonly homepage: string | undefined;
  readonly keywords: readonly string[];
  readonly authors: readonly string[];
  readonly targets: readonly string[];
  /** The source's name; undefined: published here. */
  readonly source: string | undefined;
  /** Bytes of the archive; undefined: not stored. */
  readonly size: number | undefined;
  /** Whether the server may fetch what is not stored. */
  readonly canFetch: boolean;
  readonly checksum: string;
  readonly downloads: number | undefined;
  /** Those that it names itself. */
  readonly requires: readonly { module: string; version: string; isHere: boolean }[];
  readonly archiveUrl: string;
}

export function modulePageOf(site: Site, view: ModuleView): Html {
  return moduleFrame(
    site,
    view,
    "readme",
    html`<div class="split">
<section class="install" aria-label="Install">${copyLine(`moon add ${view.module}@${view.version}`, "the install command")}</section>
<div class="prose" dir="auto">${view.readme ?? html`<div class="empty"><strong>${view.fetchUrl === undefined ? "No README." : "README not loaded."}</strong>${view.readmeMissing}${view.fetchUrl !== undefined && html` <a href="${view.fetchUrl}" rel="nofollow">Fetch it now</a>`}</div>`}</div>
<aside class="facts" aria-label="About this version">${facts(site, view)}</aside>
</div>`,
  );
}

function facts(site: Site, view: ModuleView): Html {
  const { module, version, checksum } = view;
  return html`<dl>
${fact("Published", day(view.createdAt))}
${fact("License", view.license && html`<a href="${searchPage(site, { license: view.license })}">${outside(view.license)}</a>`)}
${fact("Repository", view.repository && outwards(view.repository))}
${fact("Homepage", view.homepage && outwards(view.homepage))}
${fact("Authors", view.authors.length > 0 && outside(view.authors.join(", ")))}
${fact("Dependencies", view.requires.length > 0 && view.requires.map((each) => html`<div>${requirement(site, each)}</div>`))}
${fact("Used by", view.dependents > 0 && html`<a href="${versionPage(site, module, version, "dependencies")}#dependents">${plural(view.dependents, "module")}</a>`)}
${fact("Downloads", view.downloads !== undefined && countText(view.downloads))}
${fact("Keywords", view.keywords.length > 0 && html`<span class="row">${view.keywords.slice(0, 20).map((word) => html`<a href="${searchPage(site, { keyword: word })}">${outside(word)}</a>`)}</span>`)}
${fact("Targets", view.targets.length > 0 && outside(view.targets.join(", ")))}
${fact("Origin", view.source === undefined ? "published here" : html`source <strong>${view.source}</strong>`)}
${fact("Archive", archive(view))}
${fact("SHA-256", html`<code class="checksum">${checksum}</code>`)}
</dl>`;
}

function archive({ size, canFetch, archiveUrl }: ModuleView): Content {
  if (size !== undefined) return html`<a href="${archiveUrl}">${bytesText(size)}</a>, stored here`;
  return canFetch ? html`<a href="${archiveUrl}">fetched when asked for</a>` : "not stored here";
}

/** A dependency and the version that is asked for; a link when it is here. */
export function requirement(
  site: Site,
  { module, version, isHere }: { module: string; version: string; isHere: boolean },
): Html {
  return html`${
    isHere ? html`<a href="${modulePage(site, module)}">${outside(module)}</a>` : outside(module)
  } <span class="quiet">${outside(version)}</span>${!isHere && html` <span class="tag warn">not here</span>`}`;
}
