/** What is wrong with a publication, so that all of it can be told at once. */
import { Failure } from "../errors.ts";

export interface Problem {
  /** Path below the module; `WHOLE` for what is no single file's. */
  readonly file: string;
  /** From 1, where there is one. */
  readonly line?: number;
  /** What is wrong, as a sentence's end: `has no name`. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

export const WHOLE = ".";

/** What to do about a module that is too large. */
export const LEAVE_OUT =
  "leave out what users of the module do not need, with exclude in the manifest";

/** One line: `moon.mod.json, line 3: version "1.0" is not a semantic version`. */
export function problemText({ file, line, message }: Problem): string {
  if (file === WHOLE) return message;
  return `${shown(file)}${line === undefined ? "" : `, line ${line}`}: ${message}`;
}

/** In words the first; all are in the details. @param problems at least one */
export function failureOf(problems: readonly Problem[]): Failure {
  const [first, ...others] = problems;
  if (!first) throw new RangeError("a failure without a problem");
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return new Failure("invalid", `${problemText(first)}${more}`, first.fix, {
    details: { problems },
  });
}

const MAX_SHOWN = 200;

/** A name from outside, made fit for a terminal: no control, no bidirectional characters, not endless. */
export function shown(name: string): string {
  const safe = name.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe;
}
