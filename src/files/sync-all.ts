/** Makes many files durable, at the price of few where the system can do that. */
import { closeSync, openSync, statfsSync } from "node:fs";
import { open } from "node:fs/promises";
import { loadSyncFs, type SyncFs } from "./sync-fs.ts";

/** Files open at once, where each is synced by itself: a process may have 256 of them on macOS. */
const AT_ONCE = 64;

let loading: Promise<SyncFs | undefined> | undefined;

/**
 * Makes files, or the names in directories, durable.
 *
 * @param paths of files or directories of one file system
 */
export async function syncAll(paths: readonly string[]): Promise<void> {
  const [first] = paths;
  if (first === undefined) return;
  if (paths.length > 1 && (await syncWhole(first))) return;
  for (let at = 0; at < paths.length; at += AT_ONCE) {
    await Promise.all(paths.slice(at, at + AT_ONCE).map(syncOne));
  }
}

/**
 * Makes all that was written to a file system durable.
 *
 * @param path of anything on it
 * @returns whether that was possible
 */
export async function syncWhole(path: string): Promise<boolean> {
  if (isUserSpace(path)) return false;
  loading ??= loadSyncFs();
  const syncFs = await loading;
  return syncFs !== undefined && (await syncFileSystem(syncFs, path));
}

/** FUSE: the kernel does not pass the call on to such a file system. Source: statfs(2). */
const FUSE_MAGIC = 0x65735546;

function isUserSpace(path: string): boolean {
  return statfsSync(path).type === FUSE_MAGIC;
}

async function syncFileSystem(syncFs: SyncFs, path: string): Promise<boolean> {
  const fd = openSync(path, "r");
  try {
    return await syncFs(fd);
  } finally {
    closeSync(fd);
  }
}

async function syncOne(path: string): Promise<void> {
  // Windows syncs through a writable handle only, and has no directories to sync.
  const windows = process.platform === "win32";
  const file = await open(path, windows ? "r+" : "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
