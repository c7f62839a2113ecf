/** The built executable, as its user runs it: with nothing on PATH that it could lean on. */
import { readFileSync } from "node:fs";
import { binary } from "./binary.ts";

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory it held, in bytes; 0 where the system does not tell. */
  readonly maxRss: number;
}

export interface RunOptions {
  readonly cwd: string;
  /** Words of another program in the executable's place, such as one with a clock of its own. */
  readonly command?: (args: readonly string[]) => string[];
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  /** Out of reach of the terminal's Ctrl-C: in a process group of its own. */
  readonly detached?: boolean;
  /** Kills it, as a power cut would. */
  readonly killedBy?: AbortSignal;
}

export function start(
  args: readonly string[],
  { cwd, env = {}, stdin, detached = false, killedBy, command }: RunOptions,
) {
  return Bun.spawn(command?.(args) ?? [binary(), ...args], {
    cwd,
    detached,
    ...(killedBy && { signal: killedBy, killSignal: "SIGKILL" as const }),
    env: { PATH: "", HOME: "/nonexistent", ...env },
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs it to its end. */
export async function execute(args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = start(args, options);
  const memory = watchMemory(child.pid);
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr, maxRss: memory.stop() };
}

/** The most memory that a process held so far, in bytes; 0 where the system does not tell. */
export function peakBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // It has ended, or this is no Linux.
    return 0;
  }
}

/**
 * Reads the kernel's own high-water mark now and then. What `getrusage` tells of a child is of no
 * use: it begins with the memory of the process that started it. Source: proc_pid_status(5), VmHWM.
 */
function watchMemory(pid: number) {
  let most = 0;
  const look = () => {
    most = Math.max(most, peakBytes(pid));
  };
  const timer = setInterval(look, 20);
  return {
    stop(): number {
      clearInterval(timer);
      return most;
    },
  };
}

/** Runs it and expects it to work. Returns what it printed. */
export async function succeed(args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await execute(args, options);
  if (code !== 0) throw new Error(`${args.join(" ")} exited with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly indexUrl: string;
  readonly pid: number;
  /** What it has said so far. */
  log(): string;
  /** Sends SIGTERM and waits. Returns the exit code. */
  stop(): Promise<number>;
  /** Sends SIGKILL and waits. */
  kill(): Promise<void>;
  /** Its exit code, once it has ended for whatever reason. */
  readonly exited: Promise<number>;
}

/** Starts `serve` on a free port and waits until it says where it is. */
export async function serve(
  cwd: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  options: Pick<RunOptions, "detached" | "command"> = {},
): Promise<Served> {
  const child = start(["serve", "--port", "0", ...args], { cwd, env, ...options });
  const log: string[] = [];
  const url = await addressIn(child.stderr, log);
  const stop = async () => {
    child.kill("SIGTERM");
    return await child.exited;
  };
  return {
    url,
    indexUrl: `${url}/git/index`,
    pid: child.pid,
    log: () => log.join(""),
    stop,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    exited: child.exited,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

/** Reads on after the address, as a full pipe would stop the server. */
async function addressIn(stream: ReadableStream<Uint8Array>, log: string[]): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    log.push(decoder.decode(value, { stream: true }));
    const url = /http:\/\/[\d.]+:\d+/.exec(log.join(""))?.[0];
    if (url) {
      void drain(reader, decoder, log);
      return url;
    }
    if (done) throw new Error(`the server did not start:\n${log.join("")}`);
  }
}

interface Reader {
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
}

async function drain(reader: Reader, decoder: TextDecoder, log: string[]): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    log.push(decoder.decode(value, { stream: true }));
  }
}
