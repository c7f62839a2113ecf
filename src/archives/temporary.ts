/**
 * Names of files that are being written, and the removal of those that nobody writes any more.
 *
 *     tmp/9f86d081-4711-k3x9q2-17
 *         host     pid  run    counter
 *
 * A process id alone says too little: in containers it is mostly 1, before and after a crash, and
 * other hosts that share the directory have their own.
 */
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { entriesOf, isAlive } from "../files/mod.ts";
import { tempPath } from "./path.ts";

/** Who writes a file: a run of a process on a host. */
export interface Writer {
  /** Lower-case hex. */
  readonly host: string;
  readonly pid: number;
  /** Tells apart the runs that had the same process id, in base 36. */
  readonly run: string;
}

/** This process. */
export const SELF: Writer = {
  host: Bun.SHA256.hash(hostname(), "hex").slice(0, 8),
  pid: process.pid,
  run: Math.floor(Math.random() * 36 ** 6).toString(36),
};

const DAY_MS = 24 * 60 * 60 * 1000;

let counter = 0;

/** A new name in `tmp/`. */
export function temporaryName({ host, pid, run }: Writer = SELF): string {
  return `${host}-${pid}-${run}-${counter++}`;
}

/**
 * Removes temporary files whose writer is no more: those of dead processes of this host at once,
 * all others when they are a day old. For a writer to call when it starts.
 *
 * @returns how many there were
 */
export async function cleanTemporary(root: string): Promise<number> {
  const abandoned = abandonedFiles(root);
  for (const path of abandoned) await rm(path, { force: true });
  return abandoned.length;
}

/** Temporary files that nobody writes any more. */
export function abandonedFiles(root: string): string[] {
  const directory = tempPath(root);
  return entriesOf(directory)
    .map(({ name }) => name)
    .filter((file) => isAbandoned(writerOf(file), join(directory, file)))
    .map((file) => join(directory, file));
}

function isAbandoned(writer: Writer | undefined, path: string): boolean {
  if (writer?.host === SELF.host) {
    if (writer.pid === SELF.pid) return writer.run !== SELF.run;
    if (!isAlive(writer.pid)) return true;
  }
  const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return changed !== undefined && Date.now() - changed > DAY_MS;
}

function writerOf(file: string): Writer | undefined {
  const [, host, pid, run] = /^([0-9a-f]+)-(\d+)-([0-9a-z]+)-\d+$/.exec(file) ?? [];
  return host && pid && run ? { host, pid: Number(pid), run } : undefined;
}
