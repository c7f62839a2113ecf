/** What stands behind a route's prefix in a path: a module's name, with a version or a range. */

import { Failure } from "../errors.ts";
import { percentDecoded } from "../percent.ts";

/**
 * The rest of a path, decoded once. A plus stays a plus: versions have them.
 *
 * @example pathAfter(request, "/api/v0/modules/") → "moonbitlang/lex/runtime@0.1.2+3"
 * @throws {Failure} "not-found" when it is not decodable
 */
export function pathAfter(request: Request, prefix: string): string {
  const { pathname } = new URL(request.url);
  const rest = percentDecoded(pathname.slice(prefix.length));
  if (rest !== undefined) return rest.replace(/\/$/, "");
  throw new Failure("not-found", `nothing is at ${pathname}: that is no UTF-8 in percent escapes`);
}

/** @example splitVersion("a/b@1.0.0") → { module: "a/b", version: "1.0.0" } */
export function splitVersion(text: string): { module: string; version: string | undefined } {
  const at = text.lastIndexOf("@");
  // A name may hold an @ as well; a version begins with a number.
  if (at < 0 || !/^\d/.test(text.slice(at + 1))) return { module: text, version: undefined };
  return { module: text.slice(0, at), version: text.slice(at + 1) };
}

/**
 * A module's name has two parts at least, so that what stands behind a second slash is a range, or
 * the end of a deeper name.
 *
 * @example splitRange("a/b/^1.0.0", …) → { module: "a/b", range: "^1.0.0" }
 * @example splitRange("a/b", …) → { module: "a/b", range: undefined }
 */
export function splitRange(
  text: string,
  isModule: (name: string) => boolean,
): { module: string; range: string | undefined } {
  const slash = text.lastIndexOf("/");
  if (text.indexOf("/") === slash || isModule(text)) return { module: text, range: undefined };
  return { module: text.slice(0, slash), range: text.slice(slash + 1) };
}
