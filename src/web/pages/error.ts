/** What a browser is shown when something is not there or went wrong. */
import { type Content, type Html, html } from "../html.ts";
import { layout, withoutControls } from "../layout.ts";
import { at, type Site } from "../site.ts";

export interface ErrorView {
  readonly status: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

export function errorPage(site: Site, { status, message, hint }: ErrorView): Html {
  const title = TITLES[status] ?? (status < 500 ? "This cannot be done" : "Something went wrong");
  const body = html`<p class="quiet">${status}</p><h1>${title}</h1>
<p class="lead">${words(message)}.</p>
${hint !== undefined && html`<p class="quiet">${words(hint)}.</p>`}
<p><a href="${at(site, "/")}">To the start</a></p>`;
  return layout(site, { title, body });
}

/** Begins with a capital what begins with a word: names of modules and of options keep their case. */
export function sentence(text: string): string {
  const bare = text.replace(/\.$/, "");
  return /^[a-z]+(?=[\s,;:]|$)/.test(bare) ? bare.charAt(0).toUpperCase() + bare.slice(1) : bare;
}

const TITLES: Readonly<Record<number, string>> = {
  401: "A token is needed",
  403: "Not allowed",
  404: "Not found",
  429: "Too many tries",
};

/** A failure's words as a sentence; what they have between backticks is code. */
function words(text: string): Content {
  return sentence(withoutControls(text))
    .split("`")
    .map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
