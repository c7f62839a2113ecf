/**
 * Makes names durable that files were given, or lost: a rename is on the disk when its directory is, except on the
 * file systems of sticks. There a file's new entry is written with the file's own data, at the system's leisure, and
 * what it replaced is given free before: a power cut leaves empty files and names that share their bytes. Those are
 * synced whole, which holds little else. Seen with Linux 6.1 and 6.12.
 */
import { closeSync, fsyncSync, openSync, statfsSync } from "node:fs";
import { systemCode } from "../errors.ts";
import { syncAll, syncWhole } from "./sync-all.ts";

/** FAT, exFAT and NTFS, by the kernel's own drivers. Source: statfs(2), linux/magic.h. */
const OF_STICKS: ReadonlySet<number> = new Set([0x4d44, 0x2011bab0, 0x7366746e]);

/** What file systems say that sync no directories, as some drivers of FAT and of network drives. */
const NO_SYNC = new Set(["EINVAL", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"]);

/** What the system does; another one for tests. */
interface System {
  readonly platform: string;
  readonly typeOf: (path: string) => number;
  readonly syncWhole: (path: string) => Promise<boolean>;
}

const HERE: System = {
  platform: process.platform,
  typeOf: (path) => statfsSync(path).type,
  syncWhole,
};

/**
 * To be awaited after renames. Windows has no call for it and needs none, and where a file system has none this is
 * as much as can be had.
 *
 * @param directories of one file system, whose names have changed
 */
export async function syncNames(
  directories: readonly string[],
  { platform, typeOf, syncWhole: whole }: System = HERE,
): Promise<void> {
  const [first] = directories;
  if (first === undefined || platform === "win32") return;
  if (platform === "linux" && OF_STICKS.has(typeOf(first)) && (await whole(first))) return;
  try {
    await syncAll(directories);
  } catch (error) {
    if (!NO_SYNC.has(systemCode(error) ?? "")) throw error;
  }
}

/** The same of one file, for those who cannot wait: its own data once more, then its directory's. */
export function syncNameSync(file: string, directory: string): void {
  if (process.platform === "win32") return;
  syncSync(file);
  try {
    syncSync(directory);
  } catch (error) {
    if (!NO_SYNC.has(systemCode(error) ?? "")) throw error;
  }
}

function syncSync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
