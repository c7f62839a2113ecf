/** Which paths an archive may hold: those that stay below its root and mean one file everywhere. */
import { shown } from "./problem.ts";

const MAX_PATH = 1024;
const MAX_PART = 255;

/** Why a path is dangerous to whoever unpacks it; undefined when it is not. */
export function unsafePath(path: string): string | undefined {
  if (path === "") return "has an empty path";
  if (Buffer.byteLength(path) > MAX_PATH) return `has a path of more than ${MAX_PATH} bytes`;
  if (path.includes("\\")) return "has a backslash in its path";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "has an absolute path";
  if (/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u.test(path)) {
    return "has a control or bidirectional character in its path";
  }
  // A lone surrogate has no bytes of its own in UTF-8.
  if (!path.isWellFormed()) return "has a path that is not valid Unicode";
  for (const part of path.split("/")) {
    if (part === "") return "has an empty part in its path";
    if (part === "." || part === "..") return `has "${part}" in its path`;
    if (Buffer.byteLength(part) > MAX_PART) return `has a name of more than ${MAX_PART} bytes`;
  }
  return undefined;
}

/** Names that Windows gives to devices, with any ending. Source: Microsoft, "Naming Files, Paths". */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?$/i;

/** Why one part of a path or name cannot exist on every system; undefined when it can. */
export function unportablePart(part: string): string | undefined {
  if (DEVICE.test(part)) return `${shown(part)} is a device on Windows`;
  if (/[<>:"|?*]/.test(part)) return `${shown(part)} has a character that Windows forbids`;
  if (/[. ]$/.test(part)) return `${shown(part)} ends with a dot or a space, which Windows drops`;
  return undefined;
}

/** Why a path cannot exist on this system; undefined when it can. */
export function impossibleHere(
  path: string,
  platform: string = process.platform,
): string | undefined {
  if (platform !== "win32") return undefined;
  return path
    .split("/")
    .map(unportablePart)
    .find((problem) => problem !== undefined);
}

export interface Collision {
  readonly path: string;
  readonly with: string;
}

/**
 * Finds paths that are one on some file system: the same twice, differing only in case or Unicode
 * form, or a file where another path has a folder. Each is told once, with the one before it.
 *
 * @param paths one that ends with a slash is a folder; the same folder may be there twice
 */
export function collisions(paths: Iterable<string>): Collision[] {
  const found: Collision[] = [];
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  for (const path of paths) {
    const parts = path.split("/");
    // Without the last part: a file's name, or what is behind a folder's slash.
    const above = parts.slice(0, -1).map((_, depth) => parts.slice(0, depth + 1).join("/"));
    const isFile = !path.endsWith("/");
    const twins = [
      ...above.map((folder) => files.get(folded(folder)) ?? differs(folders, folder)),
      isFile ? (files.get(folded(path)) ?? folders.get(folded(path))) : undefined,
    ];
    const twin = twins.find((each) => each !== undefined);
    if (twin !== undefined) found.push({ path, with: twin });
    if (isFile) files.set(folded(path), path);
    for (const folder of above)
      if (!folders.has(folded(folder))) folders.set(folded(folder), folder);
  }
  return found;
}

function differs(known: ReadonlyMap<string, string>, path: string): string | undefined {
  const other = known.get(folded(path));
  return other === path ? undefined : other;
}

/** As file systems compare that mind neither case nor Unicode form. */
export function folded(path: string): string {
  // Upper case makes one of ß and ss, ſ and s, the Kelvin sign and K, as NTFS and APFS see them; before it, lower case
  // makes ß of ẞ.
  return path.normalize("NFKC").toLowerCase().toUpperCase().toLowerCase().normalize("NFC");
}
