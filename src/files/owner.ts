/** Whose a new file is, when root makes it: not root's, or whoever it is made for could not change it any more. */
import { fchmodSync, fchownSync, type Stats } from "node:fs";
import { systemCode } from "../errors.ts";

/** What file systems without owners and permissions, such as FAT, say when one is to be set. */
const NO_OWNERS = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);

/** Gives a file that root has made to the owner of another. Does nothing for anybody else. */
export function giveLike(handle: number, { uid, gid }: Pick<Stats, "uid" | "gid">): void {
  if (process.geteuid?.() === 0) whereOwned(() => fchownSync(handle, uid, gid));
}

/** Gives a file another's permissions. */
export function permitLike(handle: number, { mode }: Pick<Stats, "mode">): void {
  whereOwned(() => fchmodSync(handle, mode & 0o777));
}

function whereOwned(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!NO_OWNERS.has(systemCode(error) ?? "")) throw error;
  }
}
