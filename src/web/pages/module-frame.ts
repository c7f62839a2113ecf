/** What the pages of a version have in common: its name, its tabs, what to know about it. */
import { splitModule } from "../../index/mod.ts";
import { type Content, type Html, html } from "../html.ts";
import { layout, outside } from "../layout.ts";
import { modulePage, ownerPage, type Site, versionPage } from "../site.ts";

export interface VersionHead {
  readonly module: string;
  readonly version: string;
  /** What is meant when no version is named. */
  readonly latest: string;
  /** Why no range chooses it, possibly empty; undefined when it stands. */
  readonly yanked: string | undefined;
  readonly deprecated: string | undefined;
  readonly description: string | undefined;
  readonly versions: number;
  readonly dependencies: number;
  readonly dependents: number;
  /** Whether its page may name the module alone. */
  readonly named: boolean;
}

export type Tab = "readme" | "versions" | "dependencies" | "files";

export function moduleFrame(site: Site, head: VersionHead, tab: Tab, body: Content): Html {
  const { module, version, description } = head;
  const { owner, name } = splitModule(module);
  const content = html`<p class="crumb"><a href="${ownerPage(site, owner)}">${outside(owner)}</a></p>
<h1 class="title"><span>${outside(name)}</span><span class="version">${version}</span></h1>
${description !== undefined && html`<p class="lead">${outside(description)}</p>`}
${notices(site, head)}
${tabs(site, head, tab)}
${body}`;
  return layout(site, {
    title: head.named ? `${module} ${version}` : module,
    ...(description !== undefined && { description }),
    body: content,
  });
}

function notices(site: Site, { module, version, latest, yanked, deprecated }: VersionHead): Html {
  return html`${
    yanked !== undefined &&
    html`<div class="notice bad" role="note"><p><strong>This version was yanked.</strong> ${yanked === "" ? "No range chooses it; who names it exactly still gets it." : outside(yanked)}</p></div>`
  }${
    deprecated !== undefined &&
    html`<div class="notice" role="note"><p><strong>Deprecated.</strong> ${outside(deprecated)}</p></div>`
  }${
    version !== latest &&
    html`<div class="notice" role="note"><p>The latest version is <a href="${modulePage(site, module)}">${latest}</a>.</p></div>`
  }`;
}

function tabs(site: Site, head: VersionHead, current: Tab): Html {
  const { module, version } = head;
  const readme = modulePage(site, module, head.named ? version : undefined);
  const all: readonly [Tab, string, string][] = [
    ["readme", "Readme", readme],
    ["versions", `Versions (${head.versions})`, versionPage(site, module, version, "versions")],
    [
      "dependencies",
      `Dependencies (${head.dependencies})`,
      versionPage(site, module, version, "dependencies"),
    ],
    ["files", "Files", versionPage(site, module, version, "files")],
  ];
  return html`<nav class="tabs" aria-label="Module">${all.map(
    ([tab, text, href]) =>
      html`<a href="${href}"${tab === current && html` aria-current="page"`}>${text}</a>`,
  )}</nav>`;
}
