import { describe, expect, test } from "bun:test";
import { html, trusted } from "../../src/web/html.ts";

describe("html", () => {
  test("escapes what is put into it, in text and in attributes", () => {
    const evil = `<b a="1" b='2'>&`;
    expect(html`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;b a=&quot;1&quot; b=&#x27;2&#x27;&gt;&amp;">&lt;b a=&quot;1&quot; b=&#x27;2&#x27;&gt;&amp;</p>',
    );
  });

  test("leaves markup from another template as it is, also in lists", () => {
    expect(html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}</ul>`.text).toBe(
      "<ul><li>1</li><li>2</li></ul>",
    );
    expect(html`${trusted("<hr>")}`.text).toBe("<hr>");
  });

  test("shows nothing for what is not there, and a zero for a zero", () => {
    expect(html`[${undefined}${null}${false}${""}${0}]`.text).toBe("[0]");
  });

  test("takes no object for markup because it looks like it", () => {
    const forged = JSON.parse('{"text":"<script>"}');
    expect(() => html`${forged}`.text).toThrow();
  });
});
