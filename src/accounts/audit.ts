/**
 * The record of what was done to a registry and by whom, as JSON Lines; never with a secret in it.
 *
 *     data/
 *       audit.log                        the newest
 *       audit-20261121t090000123z.log    an older one; the oldest go when there are too many
 *
 * A line: {"time":"2026-11-21T09:00:00.123Z","who":"ci","what":"publish","target":"a/b@1.0.0","result":"done"}
 */
import { appendFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, systemCode } from "../errors.ts";
import { makeLikeDirectory, readIfThere, replaceSync } from "../files/mod.ts";
import { isRecord } from "../record.ts";

export interface AuditEvent {
  /** A token's name; `local` for the command line; `unknown`. */
  readonly who: string;
  /** Such as `publish`, `yank`, `token create`, `login`. */
  readonly what: string;
  /** What it was done to, such as `owner/module@1.0.0`. */
  readonly target: string;
  /** `done`, or why not. */
  readonly result: string;
  /** The client's address. */
  readonly from?: string | undefined;
}

export type Audit = (event: AuditEvent) => void;

export interface AuditOptions {
  /** Told, once, that the log cannot be written: what it would have recorded goes on. */
  readonly warn: (message: string) => void;
  readonly maxBytes?: number;
  readonly now?: () => Date;
}

const MAX_BYTES = 10 * 1024 * 1024;
/** Beside the newest. */
const MOST_OLD = 9;
const MAX_TEXT = 500;
/** The next event tries again: nobody has to wait for a reader of the log, which Windows moves only when it is closed. */
const PATIENCE_MS = 100;

/** @param path of `audit.log`; the directory must be there by the time of the first event */
export function openAudit(path: string, options: AuditOptions): Audit {
  const { warn, maxBytes = MAX_BYTES, now = () => new Date() } = options;
  let broken = false;
  return ({ who, what, target, result, from }) => {
    const time = now();
    const texts = { who, what, target, result, ...(from && { from }) };
    const line = JSON.stringify({ time: time.toISOString(), ...mapTexts(texts) });
    try {
      // One write in append mode: lines of several processes do not mix.
      makeLikeDirectory(path, 0o600);
      appendFileSync(path, `${line}\n`);
      if (statSync(path).size > maxBytes) rotate(path, time);
      broken = false;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      if (!broken) warn(`the audit log cannot be written: ${messageOf(error)}`);
      broken = true;
    }
  };
}

/** What the log has, the oldest first, also of older logs; lines that a crash cut short are left out. */
export function readAudit(path: string): AuditEvent[] {
  const directory = dirname(path);
  const logs = [...oldLogs(directory).map((name) => join(directory, name)), path];
  const lines = logs.flatMap((log) => (readIfThere(log) ?? "").split("\n"));
  return lines.flatMap((line) => {
    try {
      const event: unknown = JSON.parse(line || "null");
      return isRecord(event) ? [event as unknown as AuditEvent] : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

function mapTexts(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, text.slice(0, MAX_TEXT)]),
  );
}

/** Another process may do the same: no name is used twice, so nothing is lost. */
function rotate(path: string, time: Date): void {
  const directory = dirname(path);
  const newest = oldLogs(directory).at(-1);
  // Behind the newest also where the clock was set back, or this one would be the first to go.
  const own = nameAt(time);
  const name = newest === undefined || own > newest ? own : nameAt(after(newest));
  replaceSync(path, join(directory, name), { patienceMs: PATIENCE_MS });
  for (const old of oldLogs(directory).slice(0, -MOST_OLD)) {
    rmSync(join(directory, old), { force: true });
  }
}

/** The oldest first. */
function oldLogs(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => OLD_LOG.test(name))
    .sort();
}

const OLD_LOG = /^audit-(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)(\d{3})z\.log$/;

const nameAt = (time: Date): string =>
  `audit-${time.toISOString().replace(/[-:.]/g, "").toLowerCase()}.log`;

/** A millisecond after the time in a name. */
function after(name: string): Date {
  const [, year, month, day, hours, minutes, seconds, ms] = OLD_LOG.exec(name)!.map(Number);
  const time = Date.UTC(year!, month! - 1, day!, hours!, minutes!, seconds!, ms!);
  return new Date(time + 1);
}
