/** Processor time, as the kernel counts it. Source: proc_pid_stat(5). */
import { readdirSync, readFileSync } from "node:fs";

/** Milliseconds of the kernel's tick: USER_HZ is 100 on every Linux that runs Bun. */
const TICK_MS = 10;

interface Stat {
  readonly parent: number;
  readonly ms: number;
}

/**
 * User and system time of a process and of all that it started, whether those still run or were
 * waited for.
 *
 * @returns milliseconds; undefined where there is no /proc
 */
export function cpuTime(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const stats = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) && readStat(name);
    if (stat) stats.set(Number(name), stat);
  }
  const isBelow = (at: number): boolean => {
    if (at === pid) return true;
    const parent = stats.get(at)?.parent;
    return parent !== undefined && isBelow(parent);
  };
  let sum = 0;
  for (const [at, { ms }] of stats) if (isBelow(at)) sum += ms;
  return sum;
}

function readStat(name: string): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${name}/stat`, "latin1");
  } catch {
    // It has just ended.
    return undefined;
  }
  // The name of the program, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // From field 3 on: state, ppid, …; utime, stime, cutime and cstime are fields 14 to 17.
  const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
  return { parent: Number(fields[1]), ms: ticks * TICK_MS };
}
