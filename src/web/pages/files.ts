/** The files of an archive, and one file's source. */
import { bytesText, plural } from "../../units.ts";
import { type Html, html } from "../html.ts";
import { outside } from "../layout.ts";
import { type Site, versionPage } from "../site.ts";
import type { FileContent } from "../source.ts";
import { moduleFrame, type VersionHead } from "./module-frame.ts";

export interface FolderView extends VersionHead {
  /** Of the folder, without a trailing slash; empty: the archive's root. */
  readonly path: string;
  /** Undefined: the archive is not here, and cannot be had. */
  readonly files: readonly { path: string; size: number }[] | undefined;
  /** What to say when there are none to show. */
  readonly missing: string;
  /** Where the archive is fetched; undefined: it is here, or cannot be had. */
  readonly fetchUrl: string | undefined;
}

export interface FileView extends VersionHead {
  readonly path: string;
  readonly size: number;
  readonly content: FileContent;
}

/** Whoever packs more into one folder has them counted. */
const MAX_ROWS = 1_000;

/** A folder, with what is below its folders counted. */
export function folderPage(site: Site, view: FolderView): Html {
  const { module, version, path, files } = view;
  if (files === undefined) {
    const missing = html`<div class="empty"><strong>The archive is not here.</strong>${view.missing}${view.fetchUrl !== undefined && html` <a href="${view.fetchUrl}" rel="nofollow">Fetch it now</a>`}</div>`;
    return moduleFrame(site, view, "files", missing);
  }
  const prefix = path === "" ? "" : `${path}/`;
  const folders = new Map<string, { count: number; size: number }>();
  const own: { name: string; size: number }[] = [];
  for (const file of files) {
    if (!file.path.startsWith(prefix)) continue;
    const rest = file.path.slice(prefix.length);
    const slash = rest.indexOf("/");
    if (slash < 0) own.push({ name: rest, size: file.size });
    else {
      const name = rest.slice(0, slash);
      const { count, size } = folders.get(name) ?? { count: 0, size: 0 };
      folders.set(name, { count: count + 1, size: size + file.size });
    }
  }
  const link = (name: string) => versionPage(site, module, version, "files", `${prefix}${name}`);
  const rows = [
    ...[...folders].map(
      ([name, { count, size }]) =>
        html`<li><a href="${link(name)}">${outside(name)}/</a><span class="quiet small">${plural(count, "file")}, ${bytesText(size)}</span></li>`,
    ),
    ...own.map(
      ({ name, size }) =>
        html`<li><a href="${link(name)}">${outside(name)}</a><span class="quiet small">${bytesText(size)}</span></li>`,
    ),
  ];
  return moduleFrame(
    site,
    view,
    "files",
    html`${crumbs(site, view)}<ul class="tree">${rows.slice(0, MAX_ROWS)}</ul>
${rows.length > MAX_ROWS && html`<p class="quiet">And ${plural(rows.length - MAX_ROWS, "more file")}.</p>`}`,
  );
}

/** One file: its source with line numbers, an image, or a way to get it. */
export function filePage(site: Site, view: FileView): Html {
  const { module, version, path, size, content } = view;
  const raw = versionPage(site, module, version, "raw", path);
  return moduleFrame(
    site,
    view,
    "files",
    html`${crumbs(site, view)}
<p class="row quiet small"><span>${bytesText(size)}</span><a href="${raw}">Raw</a></p>
${contentOf(content, raw, path)}`,
  );
}

function contentOf(content: FileContent, raw: string, path: string): Html {
  if (content.kind === "image") return html`<p class="prose"><img src="${raw}" alt="${path}"></p>`;
  if (content.kind === "binary") {
    return html`<div class="empty"><strong>This is no text.</strong><a href="${raw}">Download it</a>.</div>`;
  }
  const numbers = Array.from(
    { length: content.lines },
    (_, i) => html`<a id="L${i + 1}" href="#L${i + 1}" tabindex="-1">${i + 1}</a>\n`,
  );
  return html`<div class="source"><pre class="lines" aria-hidden="true">${content.lines <= MAX_NUMBERS && numbers}</pre><pre tabindex="0" aria-label="Source"><code>${content.code}</code></pre></div>
${content.cut && html`<p class="quiet">The rest is left out; the raw file has it all.</p>`}`;
}

/** Each number is a link: a long file would be more numbers than text. */
const MAX_NUMBERS = 5000;

function crumbs(site: Site, { module, version, path }: VersionHead & { path: string }): Html {
  const parts = path === "" ? [] : path.split("/");
  const root = versionPage(site, module, version, "files");
  return html`<nav class="crumb" aria-label="Folders"><p>${
    parts.length === 0 ? html`<strong>Files</strong>` : html`<a href="${root}">Files</a>`
  }${parts.map((part, i) => {
    const to = versionPage(site, module, version, "files", parts.slice(0, i + 1).join("/"));
    return html` <span class="quiet">/</span> ${
      i === parts.length - 1
        ? html`<strong>${outside(part)}</strong>`
        : html`<a href="${to}">${outside(part)}</a>`
    }`;
  })}</p></nav>`;
}
