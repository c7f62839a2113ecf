/** Programs that are measured, and the servers beside them: each a process of its own. */
import { join } from "node:path";
import { binary } from "../tests/support/binary.ts";
import { execute } from "../tests/support/executable.ts";

/** Nothing of the machine's that the executable could lean on. */
const BARE = { PATH: "", HOME: "/nonexistent" };

/** How long a server may take to begin. */
const PATIENCE_MS = 5_000;

/** What must not outlive the benchmark. */
interface Running {
  readonly exited: Promise<unknown>;
  kill(): void;
}

const running = new Set<Running>();

export interface Server extends Disposable {
  /** Without a trailing slash. */
  readonly url: string;
  readonly pid: number;
}

export interface ServerProcess extends Server {
  readonly pid: number;
}

/** Starts one of this folder's servers, which prints its address when it is ready. */
export function startPeer(file: string, ...args: string[]): Promise<Server> {
  return startServer([process.execPath, join(import.meta.dir, file), ...args]);
}

/** Starts the executable's `serve`, as its user does: it logs every request. */
export function startOurs(dir: string): Promise<ServerProcess> {
  return startServer([binary(), "-d", dir, "serve", "-p", "0"], BARE);
}

/** @param command prints a line with its address, such as `at http://127.0.0.1:8080` */
export async function startServer(
  command: readonly string[],
  env: Record<string, string | undefined> = process.env,
): Promise<ServerProcess> {
  const child = Bun.spawn([...command], { env, stdin: "ignore", stdout: "pipe", stderr: "ignore" });
  track(child);
  const url = await addressIn(child.stdout);
  if (url === undefined) throw new Error(`${command.join(" ")} told no address`);
  return { url, pid: child.pid, [Symbol.dispose]: () => child.kill() };
}

async function addressIn(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const url = /http:\/\/[\d.]+:\d+(?=\s)/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  return undefined;
}

/** @returns `no NAME` for the first of some programs that is not installed */
export function missing(...programs: readonly string[]): string | undefined {
  const name = programs.find((program) => find(program) === null);
  return name && `no ${name}`;
}

/** The path of a program; servers are where only root looks. */
export function find(program: string): string | null {
  return Bun.which(program, { PATH: `${process.env.PATH}:/usr/sbin` });
}

/**
 * Starts a program that tells nothing, such as a server of somebody else's. It ends with the
 * processes that it started.
 */
export function startQuiet(
  program: string,
  ...args: string[]
): { readonly pid: number } & Disposable {
  const stdio = ["ignore", "ignore", "ignore"] as const;
  const child = Bun.spawn([find(program) ?? program, ...args], {
    stdio: [...stdio],
    detached: true,
  });
  const kill = () => {
    // As its own group: not every program takes its children along.
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGTERM");
  };
  track({ exited: child.exited, kill });
  return { pid: child.pid, [Symbol.dispose]: kill };
}

/** Tries again and again until it works. Fails as it failed the last time. */
export async function until(attempt: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await Bun.sleep(10);
    }
  }
}

/** Notes a program that must not outlive the benchmark. */
export function track(child: Running): void {
  running.add(child);
  void child.exited.then(() => running.delete(child));
}

/** Ends every program that still runs. */
export async function stopAll(): Promise<void> {
  const ended = [...running].map((child) => {
    child.kill();
    return child.exited;
  });
  await Promise.all(ended);
}

/**
 * Runs the executable to its end.
 *
 * @returns its milliseconds, and the most memory it held, in bytes
 */
export async function run(args: readonly string[]): Promise<{ ms: number; maxRss: number }> {
  const started = performance.now();
  const { code, stderr, maxRss } = await execute(args, { cwd: import.meta.dir });
  const ms = performance.now() - started;
  if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}: ${stderr}`);
  return { ms, maxRss };
}

/** Runs any program to its end, with its words thrown away. */
export async function runPlain(command: readonly string[]): Promise<void> {
  const child = Bun.spawn([...command], { stdin: "ignore", stdout: "ignore", stderr: "ignore" });
  track(child);
  const code = await child.exited;
  if (code !== 0) throw new Error(`${command[0]} exited with ${code}`);
}

/** Waits until what was written is on the disk, so that no side pays for another's writing. */
export async function settle(): Promise<void> {
  if (Bun.which("sync") !== null) await runPlain(["sync"]);
}
