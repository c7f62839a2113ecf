/** What is to be known of a version, beside its text. */
import { type Content, type Html, html } from "../html.ts";
import { outside } from "../layout.ts";

/** A row of a description list; nothing for what there is not. */
export function fact(name: string, value: Content): Html | false {
  return (
    value !== undefined &&
    value !== false &&
    value !== "" &&
    html`<dt>${name}</dt><dd>${value}</dd>`
  );
}

/** An address that a stranger wrote: a link only when it leads to a web page. */
export function outwards(address: string): Html {
  const url = URL.parse(address.replace(/^git\+/, ""));
  if (url?.protocol !== "https:" && url?.protocol !== "http:") return outside(address);
  const text = `${url.host}${url.pathname.replace(/\/$|\.git$/, "")}`;
  return html`<a href="${url.href}" rel="nofollow noopener noreferrer">${outside(text)}</a>`;
}
