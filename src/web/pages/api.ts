/** `/docs/http`: the API reference, from the same OpenAPI document that tools read. */
import { type Html, html } from "../html.ts";
import type { OpenApi, OpenApiOperation } from "../openapi.ts";
import { at, type Site } from "../site.ts";
import { docsFrame } from "./docs.ts";

export function apiPage(site: Site, document: OpenApi): Html {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => operationOf(method, path, operation)),
  );
  const body = html`<h1>HTTP API</h1>
<p class="lead">${document.info.summary}</p>
<p>For tools: <a href="${at(site, "/api/v0/openapi.json")}">the OpenAPI document</a>.</p>
${operations}`;
  return docsFrame(site, "HTTP API", "http", body);
}

function operationOf(method: string, path: string, operation: OpenApiOperation): Html {
  const { summary, parameters = [], requestBody, responses, security = [] } = operation;
  return html`<details class="operation"><summary><span class="method">${method.toUpperCase()}</span> <code>${path}</code> <span class="quiet">${summary}</span></summary>
${security.length > 0 && html`<p class="quiet">Needs a token.</p>`}
${
  parameters.length > 0 &&
  html`<table><thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Meaning</th></tr></thead><tbody>${parameters.map(
    (each) =>
      html`<tr><td><code>${each.name}</code></td><td>${each.in}${each.required && ", required"}</td><td>${each.description}</td></tr>`,
  )}</tbody></table>`
}
${requestBody !== undefined && html`<p>Body: <span class="quiet">${Object.keys(requestBody.content).join(", ")}</span></p>`}
<table><thead><tr><th scope="col">Status</th><th scope="col">Answer</th></tr></thead><tbody>${Object.entries(
    responses,
  ).map(
    ([status, answer]) => html`<tr><td>${status}</td><td>${answer.description}</td></tr>`,
  )}</tbody></table>
</details>`;
}
