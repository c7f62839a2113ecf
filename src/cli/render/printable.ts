/** Text that others wrote, made fit for a terminal: one line, without anything that moves or hides. */

/** Control and bidirectional formatting characters, as in what `moon` itself leaves out. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufeff]/gu;

/** Nearly every text: looked through in a fraction of the time. */
const ORDINARY = /^[\x20-\x7e]*$/;

export function printable(text: string): string {
  return withoutUnseen(text.replace(/\s+/g, " "), "").trim();
}

/** The text with something else for each character that would steer a terminal or hide there. */
export function withoutUnseen(text: string, instead: string): string {
  return ORDINARY.test(text) ? text : text.replace(UNSEEN, instead);
}

/** Cut to a width, the cut shown. Letters that take two columns count as two. */
export function fitted(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const letter of text) {
    used += Bun.stringWidth(letter);
    if (used > width) break;
    kept += letter;
  }
  return `${kept.trimEnd()}…`;
}

/** How wide a line may be: the terminal's, and any when there is none. */
export function lineWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
}
