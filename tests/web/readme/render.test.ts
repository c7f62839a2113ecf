import { describe, expect, test } from "bun:test";
import type { ReadmePlace } from "../../../src/web/readme/links.ts";
import { renderReadme } from "../../../src/web/readme/render.ts";
import { HOSTILE } from "../../support/hostile-readme.ts";

const place: ReadmePlace = {
  path: "README.md",
  fileUrl: (path) => `/files/${path}`,
  rawUrl: (path) => `/raw/${path}`,
};
const render = (source: string, path = "README.md") =>
  renderReadme(source, { ...place, path }).text;

describe("a README", () => {
  test("has headings one level down, with addresses that links in it reach", () => {
    const page = render("# Hello, World\n\n[go](#hello-world)\n\n## Again\n## Again");
    expect(page).toContain('<h2 id="readme-hello-world">Hello, World</h2>');
    expect(page).toContain('<a href="#readme-hello-world">go</a>');
    expect(page).toContain('id="readme-again"');
    expect(page).toContain('id="readme-again-1"');
  });

  test("has tables that scroll, and code in colours", () => {
    expect(render("| a | b |\n| - | -: |\n| 1 | 2 |")).toContain(
      '<div class="scroll" tabindex="0"><table>',
    );
    const code = render('```mbt check\nfn main { println("\\{x}") }\n```');
    expect(code).toContain('<span class="hljs-keyword">fn</span>');
    expect(code).toContain('<span class="hljs-subst">\\{x}</span>');
  });

  test("has code in colours only when that takes no long time", () => {
    const inC = (code: string) => render(`\`\`\`c\n${code}\n\`\`\``);
    expect(inC("return 1;\n".repeat(4_000))).toContain('<span class="hljs-keyword">');
    for (const word of [100, 500, 1_999]) {
      const line = `${"a".repeat(word)} `.repeat(2_000 / (word + 1)).trim();
      expect(inC(`return 1;\n${`${line}\n`.repeat(49)}`)).not.toContain("hljs-keyword");
    }
  });

  test("has tables that are written as HTML scroll too, whatever they say of themselves", () => {
    const page = render('<table dir="ltr"><tr><td>1</td></tr></table>');
    expect(page).toContain('<div class="scroll" tabindex="0"><table dir="ltr">');
    expect(page.match(/<div/g)).toHaveLength(page.match(/<\/div>/g)!.length);
  });

  test("keeps the harmless HTML that READMEs are written in", () => {
    const page = render(
      "<details><summary>More</summary>\n\n*text*\n\n</details>\n<kbd>a</kbd><br>",
    );
    expect(page).toContain("<details><summary>More</summary>");
    expect(page).toContain("<em>text</em>");
    expect(page).toContain("<kbd>a</kbd><br />");
  });

  test.each([
    ["[a](docs/guide.md)", "README.md", 'href="/files/docs/guide.md"'],
    ["[a](guide.md#part)", "docs/README.md", 'href="/files/docs/guide.md"'],
    ["[a](../src/lib.mbt)", "docs/README.md", 'href="/files/src/lib.mbt"'],
    ["[a](/LICENSE)", "docs/README.md", 'href="/files/LICENSE"'],
    ["![a](img/logo.svg)", "README.md", 'src="/raw/img/logo.svg"'],
    ["![a](./img/my%20logo.png)", "README.md", 'src="/raw/img/my logo.png"'],
    ["[a](https://example.com/x)", "README.md", 'href="https://example.com/x"'],
    ["[a](mailto:a@example.com)", "README.md", 'href="mailto:a@example.com"'],
  ])("maps %s of %s", (source, path, expected) => {
    expect(render(source, path)).toContain(expected);
  });

  test.each([
    "[a](../../etc/passwd)",
    "[a](javascript:alert(1))",
    '<a href=" jav&#x09;ascript:alert(1)">a</a>',
    '<a href="//evil.example/">a</a>',
    '<a href="vbscript:x">a</a>',
    '<a href="\\\\evil.example\\x">a</a>',
    '<a href="%2e%2e/%2e%2e/x">a</a>',
    '<a href="data:text/html,x">a</a>',
  ])("makes no link of %s", (source) => {
    expect(render(source)).not.toContain("href");
  });

  test.each([
    "![badge](https://evil.example/x.png)",
    "![badge](data:image/svg+xml;base64,AAAA)",
    '<img src="//evil.example/x.png" alt="badge">',
    '<img srcset="https://evil.example/x.png" alt="badge">',
  ])("loads nothing from elsewhere for %s, and shows its words", (source) => {
    const page = render(source);
    expect(page).not.toContain("<img");
    expect(page).toContain("badge");
  });

  test("tells its colours apart even when they are forged", () => {
    const page = render(
      '<span class="hljs-string brand top">x</span><p class="skip" id="content">y</p>',
    );
    expect(page).toContain('<span class="hljs-string">x</span>');
    expect(page).not.toMatch(/skip|brand|id=/);
  });

  test("shows characters that turn the direction of text", () => {
    expect(render("a \u202e b `\u2066c`")).toContain("[U+202E]");
    expect(render("a \u202e b")).not.toContain("\u202e");
  });
});

describe("a hostile README", () => {
  test.each(Object.entries(HOSTILE))("%s stays inert, in time", (_, source) => {
    // Of the processor rather than of the clock: other tests may run beside this one.
    const before = process.cpuUsage();
    const page = render(source);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2_500);
    expect(page.length).toBeLessThan(1_100_000);
    for (const { name, attributes } of elementsOf(page)) {
      expect(HARMLESS).toContain(name);
      for (const [attribute, value] of attributes) {
        expect(ATTRIBUTES).toContain(attribute);
        if (attribute === "href")
          expect(value).toMatch(/^(?:https?:\/\/|mailto:|\/files\/|#readme-)/);
        if (attribute === "src") expect(value).toStartWith("/raw/");
      }
    }
  });
});

const HARMLESS =
  "h2 h3 h4 h5 h6 p br hr a img strong em b i code pre blockquote ul ol li table thead tbody tr th td details summary div span".split(
    " ",
  );
const ATTRIBUTES = "href rel title src alt loading align id class tabindex open start".split(" ");

/** As a browser's tokenizer sees them. */
function elementsOf(page: string) {
  const found: { name: string; attributes: [string, string][] }[] = [];
  new HTMLRewriter()
    .on("*", {
      element: ({ tagName, attributes }) => {
        found.push({ name: tagName, attributes: [...attributes] as [string, string][] });
      },
    })
    .transform(page);
  return found;
}
