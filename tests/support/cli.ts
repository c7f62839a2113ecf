/** The command line as a process of its own, run from source. */
import { join } from "node:path";

const MAIN = join(import.meta.dir, "../../src/main.ts");

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What starts the program; for tests that need a shell around it. */
export const CLI: readonly string[] = [process.execPath, MAIN];

/** The whole environment: nothing of the machine that runs the tests. */
export const CLI_ENV: Readonly<Record<string, string>> = { PATH: "", HOME: "/nonexistent" };

/** Runs it to its end. */
export async function run(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const child = Bun.spawn([...CLI, ...args], {
    cwd: options.cwd,
    env: { ...CLI_ENV, ...options.env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}
