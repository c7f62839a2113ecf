/**
 * Puts a file where another may be. Windows refuses that as long as anybody has one of the two open: readers and
 * virus scanners are done in a moment, so it is tried again for a while. Elsewhere this is a rename.
 */
import { renameSync, statSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { systemCode } from "../errors.ts";

/** What moves files here. */
interface System {
  readonly platform: string;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly renameSync: (from: string, to: string) => void;
}

const HERE: System = { platform: process.platform, rename, renameSync };

interface ReplaceOptions {
  /** How long it is tried, in milliseconds. */
  readonly patienceMs?: number;
  readonly system?: System;
}

const PATIENCE_MS = 2_000;
/** Between two tries, in milliseconds: more the longer it takes. */
const [SOON, LATER] = [10, 100];

/** What Windows says of a file that somebody has open, or that goes as soon as nobody has. */
const HELD = new Set(["EPERM", "EACCES", "EBUSY"]);

export async function replace(
  from: string,
  to: string,
  { patienceMs = PATIENCE_MS, system = HERE }: ReplaceOptions = {},
): Promise<void> {
  await patiently(() => system.rename(from, to), createPauses(patienceMs, system));
}

/** The same, for those who cannot wait: all stands still between two tries. */
export function replaceSync(
  from: string,
  to: string,
  { patienceMs = PATIENCE_MS, system = HERE }: ReplaceOptions = {},
): void {
  const pause = createPauses(patienceMs, system);
  for (;;) {
    try {
      system.renameSync(from, to);
      return;
    } catch (error) {
      Bun.sleepSync(pause(error));
    }
  }
}

/**
 * The same of a file that is named after what it holds. One of that name that somebody has open may stay, and this
 * one go, when both have the same size: one that was cut short is no such file.
 */
export async function replaceSame(
  from: string,
  to: string,
  { patienceMs = PATIENCE_MS, system = HERE }: ReplaceOptions = {},
): Promise<void> {
  try {
    await system.rename(from, to);
  } catch (error) {
    if (!isHeld(error, system)) throw error;
    if (sizeOf(from) !== sizeOf(to)) return await replace(from, to, { patienceMs, system });
    await patiently(() => rm(from), createPauses(patienceMs, system));
  }
}

async function patiently(
  call: () => Promise<void>,
  pause: (error: unknown) => number,
): Promise<void> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await setTimeout(pause(error));
    }
  }
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size;

function isHeld(error: unknown, { platform }: System): boolean {
  return platform === "win32" && HELD.has(systemCode(error) ?? "");
}

/** How long to wait after an error, in milliseconds; throws it when it is another, or when it was tried long enough. */
function createPauses(patienceMs: number, system: System): (error: unknown) => number {
  const end = performance.now() + patienceMs;
  let next = SOON;
  return (error) => {
    if (!isHeld(error, system) || performance.now() >= end) throw error;
    const pause = next;
    next = Math.min(LATER, 2 * next);
    return pause;
  };
}
