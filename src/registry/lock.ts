/**
 * One holder at a time.
 *
 *     data/lock        empty; who holds it is the one, see `files/exclusive.ts`
 *     data/lock.json   who that is, for people; means nothing when its process is gone
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { Failure, hasCode, messageOf, systemCode } from "../errors.ts";
import {
  asDiskFailure,
  DISK_FULL,
  diskTrouble,
  isAlive,
  ownerShutOut,
  readIfThere,
  takeExclusive,
  userName,
} from "../files/mod.ts";
import { shellWord } from "../shell-word.ts";

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** What it is doing, such as `mirror`. */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
  /** The kernel's start time of the process, where there is one: numbers are used again. */
  readonly started: string | undefined;
}

/** What takes a moment, such as a publication into a server, is waited for: so long, in milliseconds. */
const MOMENT_MS = 2_000;

/**
 * Runs some work as the registry's only writer.
 *
 * @throws {Failure} "busy", naming the holder, when another is writing and does not end in a moment; "io"
 *   when the place cannot be written, or its disk fails the work
 */
export async function withLock<T>(
  path: string,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  return await holding(path, await soon(path, command, deadlineIn(MOMENT_MS)), work);
}

/** As `withLock`, but not at all when another is writing. @throws {Failure} "io" */
export async function withLockIfFree<T>(
  path: string,
  command: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const release = await unlessBusy(acquire(path, command));
  return release && (await holding(path, release, work));
}

async function unlessBusy<T>(taken: Promise<T>): Promise<T | undefined> {
  return await taken.catch((error: unknown) => {
    if (hasCode(error, "busy")) return undefined;
    throw error;
  });
}

async function holding<T>(path: string, release: () => void, work: () => Promise<T>): Promise<T> {
  // A second Ctrl-C ends the process at once; its name should not stay even then.
  process.once("exit", release);
  try {
    return await work();
  } catch (error) {
    throw asDiskFailure(error, dirname(path));
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** How often to look whether the other writer has ended: few, and not all at the same moment. */
const RETRY_MS = 25;

/**
 * As `withLock`, but waits longer for another writer, and for those of this process in a row.
 *
 * @param patienceMs from the call on; the work of those before it in this process is waited for however long
 *
 * @throws {Failure} as `withLock`; "busy" only after the wait
 */
export async function withLockSoon<T>(
  path: string,
  command: string,
  patienceMs: number,
  work: () => Promise<T>,
): Promise<T> {
  // From now on, not from its turn: those before it wait for the same writer.
  const until = deadlineIn(patienceMs);
  return await inTurn(path, async () => {
    return await holding(path, await soon(path, command, until), work);
  });
}

const deadlineIn = (ms: number): number => performance.now() + ms;

/** @param until by the clock of `performance`; one try is made also when that has passed */
async function soon(path: string, command: string, until: number): Promise<() => void> {
  for (;;) {
    const release = await acquire(path, command).catch((error: unknown) => {
      if (hasCode(error, "busy") && performance.now() < until) return undefined;
      throw error;
    });
    if (release) return release;
    await Bun.sleep(RETRY_MS * (0.5 + Math.random()));
  }
}

/** The last of those in this process who wait for a lock, by path. */
const queues = new Map<string, Promise<unknown>>();

/** Lets those of one process wait in a row, each for the one before it: nobody looks again and again. */
async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(path, mine);
  try {
    return await mine;
  } finally {
    if (queues.get(path) === mine) queues.delete(path);
  }
}

/** Who is writing now, or undefined. Whoever is dead is nobody. */
export function lockHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder && isHeld(path, holder) ? holder : undefined;
}

async function acquire(path: string, command: string): Promise<() => void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    refuseShutOut(dirname(path));
    const release = takeExclusive(path);
    if (!release) throw busy(lockHolder(path));
    const me: Holder = {
      pid: process.pid,
      host: hostname(),
      command,
      since: new Date().toISOString(),
      started: startTime(process.pid),
    };
    try {
      writeName(path, me);
    } catch (error) {
      release();
      throw error;
    }
    return () => {
      rmSync(holderPath(path), { force: true });
      release();
    };
  } catch (error) {
    throw error instanceof Failure ? error : unwritable(path, error);
  }
}

/** Who it is, for people. The lock holds without, so a disk that has no room for it stops nobody. */
function writeName(path: string, me: Holder): void {
  try {
    writeFileSync(holderPath(path), JSON.stringify(me));
  } catch (error) {
    if (diskTrouble(error)?.what !== DISK_FULL) throw error;
    rmSync(holderPath(path), { force: true });
  }
}

const holderPath = (path: string): string => `${path}.json`;

const HINT = "wait for it to end; `mirror`, `sync` and `gc` do, with `--wait 10m`";

function busy(holder: Holder | undefined): Failure {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} (${holder.command}, since ${holder.since})`
    : "another process";
  return new Failure("busy", `the registry is being written by ${who}`, HINT);
}

/**
 * Refuses root what would leave files that a server of another user could not read, or not go on from.
 *
 * @throws {Failure} "forbidden"
 */
export function refuseShutOut(directory: string): void {
  const owner = ownerShutOut(directory);
  if (owner === undefined) return;
  const name = userName(owner);
  throw new Failure(
    "forbidden",
    `${directory} belongs to user ${name ?? owner}, for whom root's files would be closed`,
    `run it as that user: \`sudo -u ${shellWord(name ?? `#${owner}`)} moonbit-registry …\`; or give all of it to root: \`chown -R root\``,
  );
}

function unwritable(path: string, error: unknown): Failure {
  const hint = diskTrouble(error)?.hint ?? "check its permissions, and whether it is a directory";
  const message = `cannot write to ${dirname(path)}: ${messageOf(error)}`;
  return new Failure("io", message, hint, { cause: error });
}

function readHolder(path: string): Holder | undefined {
  const text = readIfThere(holderPath(path));
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Holder);
  } catch {
    // Its name was cut short by a crash.
    return undefined;
  }
}

/** A process of another host cannot be looked at; whoever can take its lock knows that it is gone. */
function isHeld(path: string, holder: Holder): boolean {
  return holder.host === hostname() ? isRunning(holder) : !isFree(path);
}

function isFree(path: string): boolean {
  // Whoever writes has made it.
  if (!existsSync(path)) return true;
  try {
    const release = takeExclusive(path, { create: false });
    release?.();
    return release !== undefined;
  } catch (error) {
    // On a read-only medium, say: nobody can tell.
    if (diskTrouble(error)) return false;
    throw error;
  }
}

function isRunning({ pid, started }: Holder): boolean {
  return isAlive(pid) && (started === undefined || started === startTime(pid));
}

/** Clock ticks from boot to the process's start. Source: proc_pid_stat(5), field 22. */
function startTime(pid: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ESRCH") return undefined;
    throw error;
  }
}
