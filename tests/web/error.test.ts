import { expect, test } from "bun:test";
import { errorPage } from "../../src/web/mod.ts";

test("an error's words are sentences, with what they quote as code", () => {
  const site = { name: "team", url: "http://127.0.0.1:8080" };
  const message = 'there is no module "a/b"';
  const hint = "`search` finds names; `sync` brings what is new\u202e";
  const page = String(errorPage(site, { status: 404, message, hint }));
  expect(page).toContain("<code>search</code> finds names; <code>sync</code> brings what is new.");
  expect(page).toContain("There is no module &quot;a/b&quot;.");
});

test("a name keeps its case where a sentence begins with it", () => {
  const site = { name: "team", url: "http://127.0.0.1:8080" };
  const lead = (message: string) =>
    /<p class="lead">(.*)<\/p>/.exec(String(errorPage(site, { status: 404, message })))?.[1];
  expect(lead("demo/guide has no page zzz")).toBe("demo/guide has no page zzz.");
  expect(lead("moon.mod.json: is not there")).toBe("moon.mod.json: is not there.");
  expect(lead("nothing, as it seems")).toBe("Nothing, as it seems.");
});
