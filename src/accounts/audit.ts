/**
 * The record of what was done to a registry and by whom, as JSON Lines; never with a secret in it.
 *
 *     data/
 *       audit.log                        the newest
 *       audit-20261121t090000123z.log    an older one; the oldest go when there are too many
 *
 * A line: {"time":"2026-11-21T09:00:00.123Z","who":"ci","what":"publish","target":"a/b@1.0.0","result":"done"}
 */
import { appendFileSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, systemCode } from "../errors.ts";

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
      appendFileSync(path, `${line}\n`, { mode: 0o600 });
      if (statSync(path).size > maxBytes) rotate(path, time);
      broken = false;
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      if (!broken) warn(`the audit log cannot be written: ${messageOf(error)}`);
      broken = true;
    }
  };
}

function mapTexts(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, text.slice(0, MAX_TEXT)]),
  );
}

/** Another process may do the same: no name is used twice, so nothing is lost. */
function rotate(path: string, time: Date): void {
  const directory = dirname(path);
  const stamp = time.toISOString().replace(/[-:.]/g, "").toLowerCase();
  renameSync(path, join(directory, `audit-${stamp}.log`));
  const old = readdirSync(directory).filter((name) => /^audit-\d{8}t\d{9}z\.log$/.test(name));
  for (const name of old.sort().slice(0, -MOST_OLD)) rmSync(join(directory, name), { force: true });
}
