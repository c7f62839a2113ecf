/**
 * Renders a README: CommonMark and tables, code coloured, everything sanitised. Whoever wrote it is a
 * stranger: no script, style, form or frame of theirs gets through, nothing is loaded from another
 * host, and neither size nor nesting can keep the server busy.
 */
import MarkdownIt from "markdown-it";
import sanitize from "sanitize-html";
import { fitting } from "../fitting.ts";
import { type Html, trusted } from "../html.ts";
import { highlight } from "./highlight.ts";
import { anchor, imageTarget, linkTarget, type ReadmePlace } from "./links.ts";

/** What is longer is cut, in characters. */
export const MAX_README = 200_000;
/** Markup may be many times as long as what it was written as: then the text is shown as it is. */
const MAX_MARKUP = 1_000_000;
const MAX_NESTING = 60;

const markdown = new MarkdownIt("default", {
  html: true,
  linkify: false,
  typographer: false,
  maxNesting: MAX_NESTING,
  highlight: (code: string, info: string) => highlight(code, languageName(info)).text,
});

// Headings get an address, from their words.
markdown.core.ruler.push("anchors", ({ tokens }) => {
  const taken = new Map<string, number>();
  tokens.forEach((token, i) => {
    if (token.type !== "heading_open") return;
    const id = anchor(tokens[i + 1]?.content ?? "");
    const times = taken.get(id) ?? 0;
    taken.set(id, times + 1);
    token.attrSet("id", times === 0 ? id : `${id}-${times}`);
  });
});

/** `mbt check` and `moonbit nocheck` are MoonBit all the same. */
function languageName(info: string): string | undefined {
  return /^[\w+-]+/.exec(info.trim().toLowerCase())?.[0];
}

const OPTIONS: sanitize.IOptions = {
  allowedTags: (
    "h1 h2 h3 h4 h5 h6 p br hr a img strong em b i u s del ins sub sup code pre kbd samp var blockquote " +
    "ul ol li dl dt dd table thead tbody tfoot tr th td caption details summary div span figure figcaption abbr"
  ).split(" "),
  allowedAttributes: {
    a: ["href", "rel", "title"],
    img: ["src", "alt", "title", "width", "height", "loading"],
    th: ["align", "colspan", "rowspan"],
    td: ["align", "colspan", "rowspan"],
    ol: ["start"],
    details: ["open"],
    pre: ["tabindex"],
    ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((name) => [name, ["id"]])),
    "*": ["dir"],
  },
  allowedClasses: { span: [/^hljs-[\w-]+$/, /^function_$/, /^class_$/, /^escape_$/] },
  allowedSchemes: ["http", "https", "mailto"],
  allowProtocolRelative: false,
  disallowedTagsMode: "discard",
  nonTextTags: ["script", "style", "textarea", "option", "noscript", "title", "template", "xmp"],
  nestingLimit: MAX_NESTING,
  enforceHtmlBoundary: false,
};

/**
 * @param source the README as it is in the archive
 * @param below levels that its headings stand below their own: the page's title is its only h1
 */
export function renderReadme(source: string, place: ReadmePlace, below = 1): Html {
  const options = { ...OPTIONS, transformTags: transforms(place, below) };
  return cutToFit(source, (text) => {
    const markup = markdown.render(text);
    const clean = markup.length > MAX_MARKUP ? undefined : sanitize(markup, options);
    return clean === undefined || clean.length > MAX_MARKUP ? plain(text) : wrapTables(clean);
  });
}

/** A README that is no Markdown, or could not be shown as such. */
export function plainReadme(source: string): Html {
  return cutToFit(source, plain);
}

function plain(text: string): string {
  return `<pre tabindex="0">${Bun.escapeHTML(text)}</pre>`;
}

function cutToFit(source: string, render: (text: string) => string): Html {
  return trusted(
    fitting(MAX_README, (length) => {
      const markup = render(withoutOverrides(source.slice(0, length)));
      return length < source.length ? `${markup}<p>[The rest is left out here.]</p>` : markup;
    }),
  );
}

/** Characters that reorder what stands around them, made visible: text must read as it is. */
export function withoutOverrides(text: string): string {
  return text.replace(
    /[\u202a-\u202e\u2066-\u2069]/g,
    (char) => `[U+${char.charCodeAt(0).toString(16).toUpperCase()}]`,
  );
}

function transforms(
  place: ReadmePlace,
  below: number,
): NonNullable<sanitize.IOptions["transformTags"]> {
  return {
    ...Object.fromEntries(
      [1, 2, 3, 4, 5, 6].map((level) => [`h${level}`, movedHeading(level + below)]),
    ),
    pre: (tagName) => ({ tagName, attribs: { tabindex: "0" } }),
    a: (tagName, { href = "", title }) => {
      const target = linkTarget(href, place);
      if (target === undefined) return { tagName: "span", attribs: {} };
      const rel = /^(?:https?|mailto):/i.test(target) ? "nofollow noopener noreferrer" : undefined;
      return { tagName, attribs: given({ href: target, rel, title }) };
    },
    img: (tagName, { src = "", alt = "", title, width, height }) => {
      const target = imageTarget(src, place);
      if (target === undefined) return { tagName: "span", attribs: {}, text: alt };
      const size = { width: dimension(width), height: dimension(height) };
      return { tagName, attribs: given({ src: target, alt, loading: "lazy", title, ...size }) };
    },
  };
}

function movedHeading(level: number): sanitize.Transformer {
  return (_, { id, dir }) => ({
    tagName: `h${Math.min(level, 6)}`,
    attribs: given({ id: id?.startsWith("readme-") ? id : undefined, dir }),
  });
}

function dimension(value: string | undefined): string | undefined {
  return value !== undefined && /^\d{1,4}%?$/.test(value) ? value : undefined;
}

function given(attributes: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(attributes);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Wide tables scroll by themselves, also with the keyboard. */
function wrapTables(markup: string): string {
  return markup
    .replace(/<table(?=[\s>])/g, '<div class="scroll" tabindex="0"><table')
    .replaceAll("</table>", "</table></div>");
}
