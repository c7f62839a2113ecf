/**
 * HTML by tagged templates. Whatever is put into one is escaped, unless it came out of one itself,
 * so that forgetting something leaves text on the page and never markup.
 */

/** Markup that is safe to send as it stands. */
export class Html {
  readonly text: string;

  /** For `html` and `trusted`; everything else goes through them. */
  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

export type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * Markup with values in it. Attributes must be quoted.
 *
 * @example html`<a href="${url}">${name}</a>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Html {
  let text = parts[0]!;
  for (let at = 0; at < values.length; at++) text += textOf(values[at]) + parts[at + 1]!;
  return new Html(text);
}

/** Markup that was made safe elsewhere: rendered READMEs, highlighted code. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === "string") return Bun.escapeHTML(content);
  if (typeof content === "number") return String(content);
  if (content === false || content === null || content === undefined) return "";
  return content.map(textOf).join("");
}
