/**
 * Standard error that systemd's journal reads: the journal has its own times, and takes the level of a line
 * from in front of it. Sources: systemd.exec(5), JOURNAL_STREAM; sd-daemon(3).
 */
import { fstatSync } from "node:fs";

const STDERR = 2;
const LEVELS = { warn: "<4>", error: "<3>" } as const;

let known: boolean | undefined;

/** Whether what is said to a person goes to the journal. */
export function toJournal(): boolean {
  known ??= isJournal(process.env.JOURNAL_STREAM);
  return known;
}

/** Whoever is started by a service inherits the variable, and may have been given another place to write to. */
function isJournal(stream: string | undefined): boolean {
  if (!stream) return false;
  const { dev, ino } = fstatSync(STDERR);
  return stream === `${dev}:${ino}`;
}

/** The same lines, each with its level where the journal reads them. */
export function leveled(text: string, type: string): string {
  const level = toJournal() && Object.hasOwn(LEVELS, type) && LEVELS[type as keyof typeof LEVELS];
  return level ? text.replace(/^(?=.)/gm, level) : text;
}
