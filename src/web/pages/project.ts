/** `/p/TARGET/ORGANIZATION/NAME`: a KnitPkg project; `/p/TARGET`: those there are. */
import { plural } from "../../units.ts";
import { day } from "../format.ts";
import { type Html, html } from "../html.ts";
import { copyLine, layout, outside } from "../layout.ts";
import { projectPage, projectsPage, type Site } from "../site.ts";
import { fact, outwards } from "./facts.ts";

export interface ReleaseRow {
  readonly version: string;
  readonly commitHash: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly yanked: boolean;
  /** Whether the commit was seen in the repository when it was registered. */
  readonly verified: boolean;
}

export interface ProjectView {
  readonly target: string;
  readonly organization: string;
  readonly name: string;
  /** What it is shown by. */
  readonly latest: ReleaseRow & {
    readonly description: string;
    readonly type: string;
    readonly license: string | null;
    readonly author: string | null;
    readonly keywords: readonly string[];
    readonly repoUrl: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  /** Newest first. */
  readonly releases: readonly ReleaseRow[];
}

const MAX_ROWS = 500;

export function projectPageOf(site: Site, view: ProjectView): Html {
  const { target, organization, name, latest, releases } = view;
  const fullName = `@${organization}/${name}`;
  const body = html`<p class="crumb"><a href="${projectsPage(site, target)}">KnitPkg projects for ${target}</a></p>
<h1 class="title"><span>${outside(fullName)}</span><span class="version">${latest.version}</span></h1>
${latest.description !== "" && html`<p class="lead">${outside(latest.description)}</p>`}
<div class="split">
<section class="install" aria-label="Install">${copyLine(`kp add ${fullName}`, "the install command")}</section>
<section class="versions" aria-labelledby="versions"><h2 id="versions">${plural(releases.length, "version")}</h2>
<table class="stack"><thead><tr><th scope="col">Version</th><th scope="col">Registered</th><th scope="col">Commit</th><th scope="col">State</th></tr></thead>
<tbody>${releases.slice(0, MAX_ROWS).map(row)}</tbody></table>
${releases.length > MAX_ROWS && html`<p class="quiet">And ${plural(releases.length - MAX_ROWS, "older version")}.</p>`}</section>
<aside class="facts" aria-label="About this project"><dl>
${fact("Type", outside(latest.type))}
${fact("License", latest.license !== null && outside(latest.license))}
${fact("Author", latest.author !== null && outside(latest.author))}
${fact("Repository", outwards(latest.repoUrl))}
${fact("Dependencies", dependencies(site, target, latest.dependencies))}
${fact("Keywords", latest.keywords.length > 0 && outside(latest.keywords.join(", ")))}
</dl></aside>
</div>`;
  return layout(site, { title: `${fullName} for ${target}`, body });
}

function row({ version, commitHash, createdAt, yanked, verified }: ReleaseRow): Html {
  return html`<tr><td>${version}</td><td>${day(Date.parse(createdAt))}</td>
<td><code class="checksum">${commitHash.slice(0, 12)}</code></td>
<td>${yanked && html`<span class="tag bad">yanked</span> `}${!verified && html`<span class="tag warn">not verified</span>`}</td></tr>`;
}

function dependencies(
  site: Site,
  target: string,
  all: Readonly<Record<string, string>>,
): readonly Html[] | false {
  const names = Object.entries(all);
  return (
    names.length > 0 &&
    names.map(([name, range]) => {
      const [, organization, project] = /^@([^/]+)\/(.+)$/.exec(name) ?? [];
      const href =
        organization && project && projectPage(site, { target, organization, name: project });
      return html`<div>${href ? html`<a href="${href}">${outside(name)}</a>` : outside(name)} <span class="quiet">${outside(range)}</span></div>`;
    })
  );
}

export interface ProjectItem {
  readonly organization: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

export interface ProjectsView {
  readonly target: string;
  readonly q: string;
  readonly total: number;
  readonly items: readonly ProjectItem[];
}

export function projectsPageOf(site: Site, { target, q, total, items }: ProjectsView): Html {
  const body = html`<h1>KnitPkg projects for ${target}</h1>
<form class="narrow" role="search" aria-label="Projects" action="${projectsPage(site, target)}">
<label class="field"><span>Search projects</span><input type="search" name="q" value="${q}" maxlength="200"></label>
<div class="actions"><button class="plain">Search</button></div></form>
<p class="quiet">${plural(total, "project")}${items.length < total && `, the first ${items.length}`}</p>
${items.length === 0 && html`<div class="empty"><strong>Nothing found.</strong>Projects are registered with <code>kp register</code>.</div>`}
<ul class="modules">${items.map(
    (
      item,
    ) => html`<li><div class="row"><span><a href="${projectPage(site, { target, ...item })}">${outside(`@${item.organization}/${item.name}`)}</a> <span class="quiet small">${item.version}</span></span></div>
${item.description !== "" && html`<p>${outside(item.description)}</p>`}</li>`,
  )}</ul>`;
  return layout(site, { title: `KnitPkg projects for ${target}`, body });
}
