/**
 * One writer at a time. The lock is a file that says who holds it; a holder that is dead is told by
 * its process number and start time, so that a killed writer never has to be cleaned up after.
 */
import { readFileSync, rmSync } from "node:fs";
import { link, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { Failure, messageOf, systemCode } from "../errors.ts";

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

/**
 * Runs some work as the registry's only writer.
 *
 * @throws {Failure} "busy", naming the holder, when another process is writing; "io" when the place
 *   cannot be written
 */
export async function withLock<T>(
  path: string,
  command: string,
  work: () => Promise<T>,
): Promise<T> {
  await acquire(path, command).catch((error: unknown) => {
    throw systemCode(error) === undefined ? error : unwritable(path, error);
  });
  const release = () => rmSync(path, { force: true });
  // A second Ctrl-C ends the process at once; the lock should not outlive it even then.
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

/** Who is writing now, or undefined. Whoever is dead is nobody. */
export function lockHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  return holder && isAlive(holder) ? holder : undefined;
}

async function acquire(path: string, command: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const me: Holder = {
    pid: process.pid,
    host: hostname(),
    command,
    since: new Date().toISOString(),
    started: startTime(process.pid),
  };
  // Two tries: the second after a dead holder was removed.
  for (let attempt = 0; ; attempt++) {
    if (await create(path, JSON.stringify(me))) return;
    const holder = readHolder(path);
    if (attempt > 0 || (holder && isAlive(holder))) throw busy(path, holder);
    await removeStale(path, holder);
  }
}

let drafts = 0;

/** Makes the file whole or not at all; false when it is there. */
async function create(path: string, content: string): Promise<boolean> {
  const draft = `${path}.${process.pid}-${drafts++}`;
  await writeFile(draft, content);
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return false;
    // File systems without hard links, such as FAT.
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS" || code === "EOPNOTSUPP") {
      return await createWithoutLink(path, content);
    }
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function createWithoutLink(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(content);
    await file.close();
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Takes a dead holder's lock away, and gives it back if another was quicker and it is alive. */
async function removeStale(path: string, stale: Holder | undefined): Promise<void> {
  const aside = `${path}.stale-${process.pid}-${drafts++}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  const taken = readHolder(aside);
  if (taken && isAlive(taken) && taken.pid !== stale?.pid) {
    await rename(aside, path);
    throw busy(path, taken);
  }
  await rm(aside, { force: true });
}

function busy(path: string, holder: Holder | undefined): Failure {
  const who = holder
    ? `process ${holder.pid} on ${holder.host} (${holder.command}, since ${holder.since})`
    : "another process";
  const hint = `wait for it to end; if that process is no more, delete ${path}`;
  return new Failure("busy", `the registry is being written by ${who}`, hint);
}

function unwritable(path: string, error: unknown): Failure {
  const hint = "check its permissions, and whether the medium is read-only";
  const message = `cannot write to ${dirname(path)}: ${messageOf(error)}`;
  return new Failure("io", message, hint, { cause: error });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch (error) {
    // No lock, or one that was cut short by a crash: nobody holds it.
    if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A process of another host cannot be looked at, and is taken to be alive. */
function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (systemCode(error) === "ESRCH") return false;
    if (systemCode(error) !== "EPERM") throw error;
  }
  return holder.started === undefined || holder.started === startTime(holder.pid);
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
