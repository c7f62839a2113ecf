/** `/docs`: the user's guide, and the API when the server describes one. */
import { GUIDES, type Guide } from "../guides.ts";
import { type Content, type Html, html } from "../html.ts";
import { layout } from "../layout.ts";
import { at, type Site } from "../site.ts";

const rendered = new Map<string, Html>();

/** @returns undefined when there is no such page */
export async function guidePage(site: Site, name: string): Promise<Html | undefined> {
  const guide = GUIDES.find((each) => each.name === (name === "" ? "readme" : name));
  if (!guide) return undefined;
  const known = `${at(site, "/")} ${guide.name}`;
  const { renderReadme } = await import("../readme/render.ts");
  const text = rendered.get(known) ?? renderReadme(guide.text, placeOf(site, guide), 0);
  rendered.set(known, text);
  return docsFrame(site, guide.title, guide.name, html`<div class="prose guide">${text}</div>`);
}

/** The frame of all pages of the documentation. */
export function docsFrame(site: Site, title: string, current: string, body: Content): Html {
  const link = (name: string, href: string, text: string) =>
    html`<li><a href="${at(site, href)}"${name === current && html` aria-current="page"`}>${text}</a></li>`;
  const content = html`<div class="docs">
<nav aria-label="Documentation"><ul>
${GUIDES.map(({ name, title: text }) => link(name, name === "readme" ? "/docs" : `/docs/${name}`, text))}
${link("http", "/docs/http", "HTTP API, in full")}
</ul></nav>
<article>${body}</article>
</div>`;
  return layout(site, { title, body: content, part: "docs" });
}

function placeOf(site: Site, { path }: Guide) {
  return {
    path,
    fileUrl: (target: string) => {
      const guide = GUIDES.find((each) => each.path === target);
      if (!guide) return undefined;
      return at(site, guide.name === "readme" ? "/docs" : `/docs/${guide.name}`);
    },
    rawUrl: () => undefined,
  };
}
