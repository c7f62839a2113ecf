/** What is wrong with a setting, before it is known on which line the setting stands. */
import { nearest } from "./nearest.ts";
import type { Path } from "./scan.ts";

/** Thrown while reading data; `load.ts` turns it into a `Failure` that names file and line. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly path: Path;
  readonly hint: string | undefined;

  constructor(path: Path, message: string, hint?: string) {
    super(message);
    this.path = path;
    this.hint = hint;
  }
}

/** For what became of `"D:\registry"`. Source: https://toml.io/en/v1.0.0#string */
export const BACKSLASH =
  "a backslash in double quotes begins an escape; a Windows path stands in single quotes: 'D:\\registry'";

/** The question that helps with a wrong name, or the names there are when none is near. */
export function suggestion(word: string, names: readonly string[]): string {
  const near = nearest(word, names);
  return near === undefined ? `known are: ${names.join(", ")}` : `did you mean \`${near}\`?`;
}
