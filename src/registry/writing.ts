/**
 * Who may change what, when. Two locks, always taken in this order:
 *
 *     data/fetching   one at a time brings things here or takes them away: mirror, sync, import, gc, repair
 *     data/lock       one at a time moves refs and makes views of them
 *
 * Whoever waits for the network holds the first only: a publication, which is a moment's work, takes the
 * second alone, and waits for nobody's upstream.
 */
import { withLock, withLockIfFree, withLockSoon } from "./lock.ts";
import type { Registry } from "./open.ts";

type Locks = Pick<Registry, "paths">;

/** How long one writer waits for another that moves refs, in milliseconds: they never wait for a network. */
export const PATIENCE_MS = {
  /** Who has fetched for it, perhaps for hours. */
  fetched: 60_000,
  /** Who publishes or yanks: a moment's work, when those before have ended. */
  publishing: 30_000,
  /** A client of KnitPkg's, which has no more patience itself. */
  knitpkg: 10_000,
  /** What can as well be done later, or without. */
  putOff: 2_000,
};

/**
 * Runs what brings things here. It may write what nothing names yet, and moves refs in `moving` only.
 *
 * @throws {Failure} "busy" or "io", as `withLock`
 */
export async function fetching<T>(
  { paths }: Locks,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  return await withLock(paths.fetching, command, work);
}

/** Runs what moves refs, alone or within `fetching`. @throws as `fetching` */
export async function moving<T>(
  { paths }: Locks,
  command: string,
  work: () => Promise<T>,
  patienceMs: number = PATIENCE_MS.fetched,
): Promise<T> {
  return await withLockSoon(paths.lock, command, patienceMs, work);
}

/** Runs what nobody else may write beside. @throws as `fetching` */
export async function alone<T>(
  registry: Locks,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  return await fetching(registry, command, () => withLock(registry.paths.lock, command, work));
}

/**
 * Runs, within a lock on the refs, what takes away whatever they do not lead to; nothing while somebody
 * fetches, as what has come leads nowhere yet.
 *
 * @returns undefined when it was not run
 */
export async function unlessFetching<T>(
  { paths }: Locks,
  command: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  return await withLockIfFree(paths.fetching, command, work);
}
