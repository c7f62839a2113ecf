/**
 * Where a module's entries stand in an index.
 *
 *     moonbitlang/x            user/moonbitlang/x.index
 *     moonbitlang/lex/runtime  user/moonbitlang/lex/runtime.index
 */

/** The folder that holds every module file. */
export const ROOT = "user";
export const EXTENSION = ".index";

/** The longest that one part of a name may be, in bytes: what file systems take, less the ending. */
const MAX_PART = 249;

/**
 * Whether this can be a module's name: `owner/name`, possibly deeper. Names are Unicode and
 * case-sensitive; what could escape a directory, hide in a terminal or stand in another's place is
 * refused.
 */
export function isModuleName(name: string): boolean {
  const parts = name.split("/");
  return parts.length >= 2 && parts.every(isPart) && !parts.slice(1, -1).some(isFile);
}

/** A folder of such a name would stand where another module's file may have to. */
const isFile = (part: string): boolean => part.endsWith(EXTENSION);

/** @example splitModule("moonbitlang/lex/runtime") → { owner: "moonbitlang", name: "lex/runtime" } */
export function splitModule(module: string): { owner: string; name: string } {
  const slash = module.indexOf("/");
  return { owner: module.slice(0, slash), name: module.slice(slash + 1) };
}

function isPart(part: string): boolean {
  return (
    part !== "" &&
    part !== "." &&
    part !== ".." &&
    // Control and bidirectional formatting characters, backslashes, and what is not valid Unicode.
    !/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\\\ufffd]/u.test(part) &&
    Buffer.byteLength(part) <= MAX_PART
  );
}

/** The module of a file below the root folder; undefined when it is none. */
export function moduleOfFile(path: string): string | undefined {
  const module = path.endsWith(EXTENSION) ? path.slice(0, -EXTENSION.length) : "";
  return isModuleName(module) ? module : undefined;
}

/** @example modulePath("moonbitlang/x") → ["user", "moonbitlang", "x.index"] */
export function modulePath(module: string): string[] {
  return [ROOT, ...`${module}${EXTENSION}`.split("/")];
}
