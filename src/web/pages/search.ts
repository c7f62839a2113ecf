/** `/search`: all that was found, filtered, sorted, page by page. */
import { plural } from "../../units.ts";
import { type Html, html } from "../html.ts";
import { layout, outside } from "../layout.ts";
import { at, type Site, searchPage } from "../site.ts";
import { type ModuleItem, moduleList } from "./module-list.ts";

export interface SearchFilters {
  readonly q: string;
  readonly owner: string;
  readonly keyword: string;
  readonly license: string;
  readonly sort: string;
}

export interface SearchView {
  readonly filters: SearchFilters;
  readonly total: number;
  /** From 1. */
  readonly page: number;
  readonly pageSize: number;
  readonly results: readonly ModuleItem[];
}

const SORTS: readonly [string, string][] = [
  ["", "Best match"],
  ["updated", "Recently updated"],
  ["dependents", "Most used"],
  ["name", "Name"],
];

export function searchResultsPage(site: Site, view: SearchView, now: number): Html {
  const { filters, total, page, pageSize, results } = view;
  const { q } = filters;
  const pages = Math.max(1, Math.ceil(total / pageSize));
  const title = q === "" ? "All modules" : `“${q}”`;
  const body = html`<h1>${q === "" ? "All modules" : html`Modules for “${outside(q)}”`}</h1>
<form class="filters" action="${at(site, "/search")}">
${q !== "" && html`<input type="hidden" name="q" value="${q}">`}
${textField("owner", "Owner", filters.owner)}${textField("keyword", "Keyword", filters.keyword)}${textField("license", "License", filters.license)}
<label>Sort by<select name="sort" data-submit>${SORTS.map(
    ([value, text]) =>
      html`<option value="${value}"${filters.sort === value && html` selected`}>${text}</option>`,
  )}</select></label>
<button class="plain">Apply</button>
</form>
<p class="quiet" role="status">${plural(total, "module")}${pages > 1 && html`, page ${page} of ${pages}`}</p>
${
  results.length > 0
    ? moduleList(site, results, { now, dependents: filters.sort === "dependents" })
    : html`<div class="empty"><strong>Nothing was found.</strong>${hint(site, filters)}</div>`
}
${pages > 1 && pager(site, view, pages)}`;
  return layout(site, { title, body, query: q });
}

function textField(name: string, label: string, value: string): Html {
  return html`<label>${label}<input type="text" name="${name}" value="${value}" maxlength="200"></label>`;
}

function hint(site: Site, { q, owner, keyword, license }: SearchFilters): Html {
  if (q !== "" && (owner !== "" || keyword !== "" || license !== "")) {
    return html`<a href="${searchPage(site, { q })}">Search without filters</a>`;
  }
  return html`Try fewer or other words, or look at <a href="${at(site, "/search")}">all modules</a>.`;
}

function pager(site: Site, { filters, page }: SearchView, pages: number): Html {
  const words = Object.entries(filters).filter(([, value]) => value !== "");
  const to = (number: number) =>
    searchPage(site, { ...Object.fromEntries(words), page: String(number) });
  return html`<nav class="pages" aria-label="Pages">
${page > 1 ? html`<a rel="prev" href="${to(page - 1)}">← Previous</a>` : html`<span></span>`}
${page < pages && html`<a rel="next" href="${to(page + 1)}">Next →</a>`}
</nav>`;
}
