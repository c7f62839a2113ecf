/** The small JSON files of `data/`, which this program writes and people may spoil. */
import { Failure, messageOf, systemCode } from "../errors.ts";
import { asDiskFailure, readIfThere } from "../files/mod.ts";

/**
 * What such a file says, or undefined when there is none.
 *
 * @param hint what to do about one that is damaged
 * @param understand makes something of its JSON; a `TypeError` says that it has another shape
 * @throws {Failure} naming the file: "integrity" when it cannot be understood, "io" when it cannot be read
 */
export function readJsonFile<T>(
  path: string,
  hint: string,
  understand: (json: unknown) => T,
): T | undefined {
  try {
    const text = readIfThere(path);
    return text === undefined ? undefined : understand(JSON.parse(text));
  } catch (error) {
    const isAboutIt = error instanceof SyntaxError || error instanceof TypeError;
    if (!isAboutIt && systemCode(error) === undefined) throw error;
    const told = asDiskFailure(error, path);
    if (told instanceof Failure) throw told;
    throw new Failure("integrity", `${path} is damaged: ${messageOf(error)}`, hint, {
      cause: error,
    });
  }
}
