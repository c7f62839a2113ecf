/** What a file of an archive looks like on its page. */
import type { ModuleZip, ZippedFile } from "../packaging/mod.ts";
import { fitting } from "./fitting.ts";
import { type Html, trusted } from "./html.ts";
import { imageType, isBinary } from "./raw.ts";

export type FileContent =
  | {
      readonly kind: "text";
      readonly code: Html;
      readonly lines: number;
      /** Whether there is more. */
      readonly cut: boolean;
    }
  | { readonly kind: "image" }
  | { readonly kind: "binary" };

/** Characters of a file that are shown as source. */
const MAX_SOURCE = 300_000;

/** @throws {Failure} "invalid" when it cannot be unpacked */
export async function fileContent(zip: ModuleZip, file: ZippedFile): Promise<FileContent> {
  const { path } = file;
  if (imageType(path) !== undefined) return { kind: "image" };
  const { bytes, text } = await beginningOf(zip, file, MAX_SOURCE);
  if (isBinary(bytes)) return { kind: "binary" };
  const { highlight, languageOf } = await import("./readme/highlight.ts");
  const { withoutOverrides } = await import("./readme/render.ts");
  const whole = text.replace(/\n$/, "");
  let shown = "";
  const code = fitting(MAX_SOURCE, (length) => {
    shown = whole.slice(0, length);
    return highlight(withoutOverrides(shown), languageOf(path)).text;
  });
  const lines = shown.split("\n").length;
  return { kind: "text", code: trusted(code), lines, cut: shown.length < whole.length };
}

/** In UTF-8, of one of JavaScript's characters. */
const MOST_BYTES = 3;

/**
 * A file's beginning, which is all of it that is unpacked.
 *
 * @param most characters that are wanted; a text that has more comes with more, to tell that there are
 */
export async function beginningOf(
  zip: ModuleZip,
  { path, size }: ZippedFile,
  most: number,
): Promise<{ bytes: Buffer; text: string }> {
  const bytes = (await zip.beginning(path, (most + 2) * MOST_BYTES)) ?? Buffer.alloc(0);
  // A character that is cut in two is left out.
  const stream = bytes.length < size;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream });
  return { bytes, text };
}
