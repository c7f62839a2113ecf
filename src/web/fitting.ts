/** Keeps pages small whatever strangers put into them: what makes one too long is cut. */

/** Bytes that a text may have compressed; with the rest of a page that is less than 100 KB. */
const MOST = 80_000;

/**
 * Renders as much of a text as fits into a page.
 *
 * @param most characters to begin with
 * @param render of a text cut to so many characters
 */
export function fitting(most: number, render: (length: number) => string): string {
  for (let length = most; ; length = Math.floor(length / 2)) {
    const text = render(length);
    if (text.length < MOST / 4 || length < 1000 || Bun.gzipSync(text).length <= MOST) return text;
  }
}
