/**
 * Names and versions that may be published. Stricter than what is read of other registries: a name has
 * to mean one module to every system and every eye.
 */
import { isPlainVersion } from "../resolve/mod.ts";
import { folded, unportablePart } from "./path.ts";
import { shown } from "./problem.ts";

const MAX_NAME = 200;
const MAX_VERSION = 128;

/** Letters and digits of any script, emoji, and between them `_`, `-`, `.` and `+`. */
const PART =
  /^[\p{L}\p{N}\p{Extended_Pictographic}_][\p{L}\p{M}\p{N}\p{Extended_Pictographic}_.+-]*$/u;

/** What is wrong with a module's name; undefined when nothing is. */
export function nameProblem(name: string): string | undefined {
  if (Buffer.byteLength(name) > MAX_NAME) return `name is longer than ${MAX_NAME} bytes`;
  const quoted = `name "${shown(name)}"`;
  const parts = name.split("/");
  if (parts.length < 2) return `${quoted} has no owner`;
  if (parts.includes("")) return `${quoted} has an empty part`;
  for (const part of parts) {
    if (part === "." || part === "..") return `${quoted} has a part "${part}"`;
    const odd = [...part].find(
      (char) => !/[\p{L}\p{M}\p{N}\p{Extended_Pictographic}_.+-]/u.test(char),
    );
    if (odd !== undefined) return `${quoted} has the character "${shown(odd)}"`;
    if (!PART.test(part)) return `${quoted} has a part that begins with "${part[0]}"`;
    const problem = unportablePart(part);
    if (problem) return `${quoted} cannot be everywhere: ${problem}`;
    // user/a/b.index is the file of a/b in an index, and cannot be a folder as well.
    if (/\.(?:index|git|lock)$/i.test(part))
      return `${quoted} has a part that ends with ${part.slice(part.lastIndexOf("."))}`;
  }
  if (name !== name.normalize("NFC")) return `${quoted} is not in Unicode's composed form (NFC)`;
  return undefined;
}

export const isSemver = (version: string): boolean =>
  version.length <= MAX_VERSION && isPlainVersion(version);

/**
 * A module that is there already and that a new name could be taken for: the same but for case or
 * Unicode form, or of an owner who is.
 */
export function twinOf(name: string, modules: Iterable<string>): string | undefined {
  const own = ownerOf(name);
  const foldedName = folded(name);
  const foldedOwner = folded(own);
  let twin: string | undefined;
  let ownerTwin: string | undefined;
  let isOwnerKnown = false;
  for (const module of modules) {
    if (module === name) return undefined;
    if (folded(module) === foldedName) twin ??= module;
    const owner = ownerOf(module);
    if (owner === own) isOwnerKnown = true;
    else if (folded(owner) === foldedOwner) ownerTwin ??= module;
  }
  return twin ?? (isOwnerKnown ? undefined : ownerTwin);
}

/** Says which owners' modules `twinOf` has to be shown. */
export function ownersLike(name: string): (owner: string) => boolean {
  const own = folded(ownerOf(name));
  return (owner) => folded(owner) === own;
}

const ownerOf = (module: string): string => module.slice(0, module.indexOf("/"));
