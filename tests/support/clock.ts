/** The program with a clock that a test can set while it runs, or between its runs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDirectory } from "./temp.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

export interface Clock {
  /** Milliseconds that the program is ahead of the real time from now on. */
  set(aheadMs: number): void;
  /** The program's words, to be run by Bun. */
  command(args: readonly string[]): string[];
}

/** Every way to ask for the time of day, moved on by what a file says at that moment. */
const PRELOAD = (file: string) => `
  import { readFileSync } from "node:fs";
  const Real = Date;
  const now = () => Real.now() + Number(readFileSync(${JSON.stringify(file)}, "utf8"));
  globalThis.Date = class Date extends Real {
    constructor(...args) {
      if (args.length === 0) super(now());
      else super(...args);
    }
    static now = now;
  };`;

export function settableClock(): Clock {
  const directory = tempDirectory("clock");
  const [file, preload] = [join(directory, "ahead"), join(directory, "preload.js")];
  writeFileSync(preload, PRELOAD(file));
  const set = (aheadMs: number) => writeFileSync(file, String(aheadMs));
  set(0);
  return { set, command: (args) => [process.execPath, "--preload", preload, MAIN, ...args] };
}
