import { expect, test } from "bun:test";
import { html } from "../../src/web/html.ts";
import { pageResponse } from "../../src/web/response.ts";

const PAGE = html`<p>the same</p>`;
const ask = (known?: string) =>
  pageResponse(
    new Request("http://x/", known === undefined ? {} : { headers: { "if-none-match": known } }),
    PAGE,
  );
const ETAG = ask().headers.get("etag")!;

test.each([
  ["as it came", ETAG],
  ["in a list", `"other", ${ETAG}`],
  ["in its strong form", ETAG.replace(/^W\//, "")],
  ["as whatever there is", "*"],
])("a page that the browser has, and names %s, is not sent again", async (_, known) => {
  const response = ask(known);
  expect(response.status).toBe(304);
  expect(response.headers.get("etag")).toBe(ETAG);
  expect(await response.text()).toBe("");
});

test("a page of which the browser has another is sent", () => {
  expect(ask('W/"other"').status).toBe(200);
});
