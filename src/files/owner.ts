/** Whose a new file is, when root makes it: not root's, or whoever it is made for could not change it any more. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { systemCode } from "../errors.ts";
import { temporaryIn } from "./durable.ts";
import { readIfThere } from "./if-there.ts";

/** What file systems without owners and permissions, such as FAT, say when one is to be set; EINVAL: see `isMapped`. */
const NO_OWNERS = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EINVAL"]);

/** Gives a file that root has made to the owner of another. Does nothing for anybody else. */
export function giveLike(handle: number, { uid, gid }: Pick<Stats, "uid" | "gid">): void {
  if (process.geteuid?.() === 0) whereOwned(() => fchownSync(handle, uid, gid));
}

/** Gives a file another's permissions. */
export function permitLike(handle: number, { mode }: Pick<Stats, "mode">): void {
  whereOwned(() => fchmodSync(handle, mode & 0o777));
}

/** Makes an empty file when it is not there, for whoever its directory belongs to. */
export function makeLikeDirectory(path: string, mode = 0o666): void {
  let handle: number;
  try {
    handle = openSync(path, "wx", mode);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return;
    throw error;
  }
  try {
    giveLike(handle, statSync(dirname(path)));
  } finally {
    closeSync(handle);
  }
}

/** Directories that give their files to one owner: to find out makes a file. */
const givers = new Set<string>();

/**
 * Whose a directory is, when that is not root's, who asks: what root made there would be closed to its owner.
 * Undefined also where the file system gives files to one owner, whoever makes them.
 */
export function ownerShutOut(directory: string): number | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const uid = statSync(directory, { throwIfNoEntry: false })?.uid ?? 0;
  if (uid === 0 || !isMapped(uid) || givers.has(directory)) return undefined;
  const probe = temporaryIn(directory);
  const handle = openSync(probe, "wx");
  try {
    if (fstatSync(handle).uid === 0) return uid;
    givers.add(directory);
    return undefined;
  } finally {
    closeSync(handle);
    rmSync(probe);
  }
}

/** A user's name, where this machine's own list has it. Source: passwd(5). */
export function userName(
  uid: number,
  list: string = readIfThere("/etc/passwd") ?? "",
): string | undefined {
  const entry = list.split("\n").find((line) => line.split(":")[2] === `${uid}`);
  return entry?.split(":")[0] || undefined;
}

/**
 * Whether a user has a number here. In a user namespace root is root of some users only, and of the others' files
 * no more than anybody else. Source: user_namespaces(7).
 */
function isMapped(uid: number): boolean {
  const ranges = (readIfThere("/proc/self/uid_map") ?? "0 0 4294967295").trim().split("\n");
  return ranges.some((range) => {
    const [first, , count] = range.trim().split(/\s+/).map(Number) as [number, number, number];
    return uid >= first && uid < first + count;
  });
}

function whereOwned(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!NO_OWNERS.has(systemCode(error) ?? "")) throw error;
  }
}
