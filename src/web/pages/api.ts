/** `/docs/http`: the API reference, from the same OpenAPI document that tools read. */
import { type Html, html } from "../html.ts";
import { at, type Site } from "../site.ts";
import { docsFrame } from "./docs.ts";

/** What is used here of an OpenAPI 3.1 document. Source: https://spec.openapis.org/oas/v3.1.1. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly summary?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly description?: string;
    readonly content?: Readonly<Record<string, unknown>>;
  };
  readonly responses?: Readonly<Record<string, { readonly description?: string }>>;
  readonly security?: readonly unknown[];
}

interface Parameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly description?: string;
}

const METHODS: ReadonlySet<string> = new Set(["get", "head", "post", "put", "patch", "delete"]);

export function apiPage(site: Site, document: OpenApi): Html {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.has(method))
      .map(([method, operation]) => operationOf(method, path, operation)),
  );
  const body = html`<h1>HTTP API</h1>
${document.info.summary !== undefined && html`<p class="lead">${document.info.summary}</p>`}
<p>For tools: <a href="${at(site, "/api/v0/openapi.json")}">the OpenAPI document</a>.</p>
${operations}`;
  return docsFrame(site, "HTTP API", "http", body);
}

function operationOf(method: string, path: string, operation: Operation): Html {
  const {
    summary,
    description,
    parameters = [],
    requestBody,
    responses = {},
    security,
  } = operation;
  const named = parameters.filter((each) => each.name !== undefined);
  return html`<details class="operation"><summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code> <span class="quiet">${summary}</span></summary>
${description !== undefined && html`<p>${description}</p>`}
${security !== undefined && security.length > 0 && html`<p class="quiet">Needs a token.</p>`}
${
  named.length > 0 &&
  html`<table><thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead><tbody>${named.map(
    (each) =>
      html`<tr><td><code>${each.name}</code></td><td>${each.in}${each.required && ", required"}</td><td>${each.description}</td></tr>`,
  )}</tbody></table>`
}
${requestBody !== undefined && html`<p>Body: ${requestBody.description} <span class="quiet">${Object.keys(requestBody.content ?? {}).join(", ")}</span></p>`}
<table><thead><tr><th scope="col">Status</th><th scope="col">Answer</th></tr></thead><tbody>${Object.entries(
    responses,
  ).map(
    ([status, answer]) => html`<tr><td>${status}</td><td>${answer.description}</td></tr>`,
  )}</tbody></table>
</details>`;
}
