/** What a process holds of the machine's memory. */
import { readFileSync } from "node:fs";

/** Resident memory, in bytes; undefined where the system does not tell. Source: proc_pid_status(5). */
export function residentBytes(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}
