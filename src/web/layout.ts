/** The frame of every page: landmarks, navigation, search, assets. */
import { VERSION } from "../version.ts";
import { ICON, SCRIPT, STYLE } from "./assets.ts";
import { type Content, type Html, html } from "./html.ts";
import { at, type Site } from "./site.ts";

export interface Page {
  /** Of the window; the registry's name follows it. Undefined: the name alone. */
  readonly title: string | undefined;
  readonly description?: string;
  readonly body: Content;
  /** What was searched for, shown in the head's search field; undefined: a page with its own. */
  readonly query?: string | undefined;
  readonly hasOwnSearch?: boolean;
  /** The part of the site that this is of. */
  readonly part?: "docs" | "operate";
}

export function layout(site: Site, page: Page): Html {
  const { title, description, body, query = "", hasOwnSearch = false, part } = page;
  const current = (name: string) => (part === name ? html` aria-current="page"` : "");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title === undefined ? site.name : `${title} · ${site.name}`}</title>
${description !== undefined && html`<meta name="description" content="${description}">`}
<link rel="stylesheet" href="${at(site, STYLE)}">
<link rel="icon" href="${at(site, ICON)}" type="image/svg+xml">
<script src="${at(site, SCRIPT)}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<div class="wide">
<a class="brand" href="${at(site, "/")}">${site.name}</a>
${hasOwnSearch ? html`<span class="grow"></span>` : searchForm(site, query, "small")}
<nav aria-label="Site">
<a href="${at(site, "/docs")}"${current("docs")}>Docs</a>
<a href="${at(site, "/operate")}"${current("operate")}>Operate</a>
</nav>
</div>
</header>
<main id="content" class="wide" tabindex="-1">
${body}
</main>
<footer class="bottom">
<div class="wide">${!site.isHidden && `moonbit-registry ${VERSION}`}</div>
</footer>
</body>
</html>
`;
}

/**
 * A search field that suggests while one types; without a script, a plain form. Where there is no room for
 * a button to be seen, Tab does not lead to it: Enter in the field does the same.
 */
export function searchForm(site: Site, query: string, size: "small" | "large"): Html {
  return html`<form class="search ${size}" role="search" action="${at(site, "/search")}" data-suggest="${at(site, "/search/suggest")}">
<label class="hidden" for="q">Search modules</label>
<input id="q" name="q" type="search" value="${query}" placeholder="Search modules" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="200">
<kbd aria-hidden="true">/</kbd>
${size === "small" ? html`<button class="hidden" tabindex="-1">Search</button>` : html`<button class="plain">Search</button>`}
<ul id="suggestions" role="listbox" aria-label="Suggestions" hidden></ul>
</form>`;
}

/** A line to copy. The button is there only where a script can make it work. */
export function copyLine(text: string, label: string): Html {
  return html`<div class="copy"><code tabindex="0" role="group" aria-label="${label}">${text}</code><button type="button" data-copy="${text}" hidden>Copy<span class="hidden"> ${label}</span></button></div>`;
}

/** Text from outside, which must not turn the direction of what stands around it. */
export function outside(text: string): Html {
  return html`<bdi>${withoutControls(text)}</bdi>`;
}

/** Without control and bidirectional formatting characters, which could make text read as another. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ").trim();
}

/** The last letters of a name for which there is no more room, as they tell one from another. */
export function shortened(name: string, most: number): string {
  const letters = [...withoutControls(name)];
  return letters.length > most ? `…${letters.slice(1 - most).join("")}` : letters.join("");
}
